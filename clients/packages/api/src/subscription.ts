/** One topic's place in its history: which events are new, which repeat, where one is missing. */
import type { Cursor, EventFrame, SubFrame } from "./frames";

export type Verdict = "deliver" | "skip" | "gap";

export class Subscription {
  readonly topic: string;
  holders = 0;
  #cursor: Cursor | null = null;
  #asked: number | null = null;
  #resuming = false;
  #gapAfter: number | null = null;

  constructor(topic: string) {
    this.topic = topic;
  }

  get cursor(): Cursor | null {
    return this.#cursor;
  }

  /** A subscribe request with this id is on its way. */
  ask(id: number): { since?: Cursor } {
    this.#asked = id;
    this.#resuming = this.#cursor !== null;
    return this.#cursor ? { since: this.#cursor } : {};
  }

  asked(id: number | undefined): boolean {
    return id !== undefined && this.#asked === id;
  }

  /** The connection is gone: whatever was asked will not be answered. */
  lost(): void {
    this.#asked = null;
  }

  /** Forget the place; the next subscribe starts anew and a snapshot is loaded. */
  forget(): void {
    this.#cursor = null;
  }

  /**
   * Take the answer to a subscribe. Returns true when events may have been missed, so that a
   * snapshot must be loaded. A recovered topic keeps its own place: the missed events carry on from it.
   */
  answered(frame: SubFrame): boolean {
    if (!this.asked(frame.id)) return false;
    this.#asked = null;
    if (frame.recovered && this.#resuming && this.#cursor) return false;
    this.#cursor = { epoch: frame.epoch, offset: frame.offset };
    return true;
  }

  judge(frame: EventFrame): Verdict {
    if (!this.#cursor || frame.offset <= this.#cursor.offset) return "skip";
    if (frame.offset === this.#cursor.offset + 1) {
      this.#cursor = { ...this.#cursor, offset: frame.offset };
      return "deliver";
    }
    return this.#asked === null ? this.#gap(this.#cursor.offset) : "skip";
  }

  /** Twice at the same place: the history does not have it, so start anew with a snapshot. */
  #gap(after: number): Verdict {
    if (this.#gapAfter === after) this.#cursor = null;
    this.#gapAfter = after;
    return "gap";
  }
}
