/** One topic's place in its history: which events are new, which repeat, where one is missing. */
import type { Cursor, EventFrame, SubFrame } from "./frames";

export type Verdict = "deliver" | "skip" | "gap";

export class Place {
  #cursor: Cursor | null = null;
  #asked: number | null = null;
  #gapAfter: number | null = null;

  /** Whether a subscription was ever answered. */
  get known(): boolean {
    return this.#cursor !== null;
  }

  /** A subscribe request with this id is on its way. */
  ask(id: number): { since?: Cursor } {
    this.#asked = id;
    return this.#cursor ? { since: this.#cursor } : {};
  }

  asked(id: number | undefined): boolean {
    return id !== undefined && this.#asked === id;
  }

  /** Whatever was asked will not be answered. */
  lost(): void {
    this.#asked = null;
  }

  /** Forget the place: the next subscribe begins anew, with a snapshot. */
  forget(): void {
    this.#cursor = null;
  }

  /**
   * Take the answer to the last subscribe. Returns true when events may have been missed, so that a
   * snapshot must be loaded. A recovered topic keeps its own place: the missed events carry on from it.
   */
  answered(frame: SubFrame): boolean {
    this.#asked = null;
    if (frame.recovered && this.#cursor?.epoch === frame.epoch) return false;
    this.#cursor = { epoch: frame.epoch, offset: frame.offset };
    return true;
  }

  /** What to do with an event; one that is to be delivered moves the place. */
  judge(frame: EventFrame): Verdict {
    if (!this.#cursor || frame.offset <= this.#cursor.offset) return "skip";
    if (frame.offset === this.#cursor.offset + 1) return "deliver";
    // What comes before the answer to a new request belongs to the old subscription.
    return this.#asked === null ? this.#gap(this.#cursor.offset) : "skip";
  }

  /** The event after the cursor was taken. */
  advance(): void {
    if (this.#cursor) this.#cursor = { ...this.#cursor, offset: this.#cursor.offset + 1 };
  }

  /** Twice at the same place: the history does not have it, so begin anew with a snapshot. */
  #gap(after: number): Verdict {
    if (this.#gapAfter === after) this.#cursor = null;
    this.#gapAfter = after;
    return "gap";
  }
}
