/** Hands one topic's snapshot and events to its followers, one after another, and holds a bounded number back. */
import type { EventFrame } from "./frames";

export interface Follower {
  /** Load the state anew: events may have been missed. Events wait until it has settled. */
  snapshot: (signal: AbortSignal) => unknown;
  /** Take an event; when it returns a promise, the next one waits for it. */
  event: (frame: EventFrame) => unknown;
}

export interface DeliveryOptions {
  /** Events held back at most. */
  most: number;
  /** Nothing waits any more. */
  onIdle: () => void;
  /** A follower failed: what it holds is not what the topic says. */
  onFailure: (thrown: unknown) => void;
}

export class Delivery {
  readonly followers = new Set<Follower>();
  readonly #options: DeliveryOptions;
  #held: EventFrame[] = [];
  #busy = false;
  /** The event under way, which a snapshot must not overtake. */
  #handling: Promise<unknown> | null = null;
  /** Ends the snapshot that loads, when a newer one makes it worthless. */
  #loading = new AbortController();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Whether another event may be pushed. */
  get hasRoom(): boolean {
    return !this.#busy || this.#held.length < this.#options.most;
  }

  push(frame: EventFrame): void {
    if (this.#busy) this.#held.push(frame);
    else this.#handOut(frame);
  }

  /** Everything begins anew: what was held is part of the snapshot. */
  reset(): void {
    this.#load(this.followers);
  }

  /** One more follower, who needs a snapshot of its own. What others still wait for would be lost to them. */
  join(follower: Follower): void {
    this.followers.add(follower);
    this.#load(this.#busy ? this.followers : [follower]);
  }

  #load(followers: Iterable<Follower>): void {
    this.stop();
    const { signal } = this.#loading;
    const load = () => (signal.aborted ? null : attempt([...followers].map((each) => () => each.snapshot(signal))));
    this.#wait(this.#handling ? this.#handling.then(load, load) : load());
  }

  /** Let go of what is held and of what is under way. */
  stop(): void {
    this.#loading.abort();
    this.#loading = new AbortController();
    this.#held = [];
    this.#busy = false;
  }

  #handOut(frame: EventFrame): void {
    this.#handling = attempt([...this.followers].map((each) => () => each.event(frame)));
    this.#wait(this.#handling);
  }

  #wait(work: Promise<unknown> | null): void {
    if (!work) return;
    this.#busy = true;
    const { signal } = this.#loading;
    work.then(
      () => signal.aborted || this.#drain(),
      (thrown: unknown) => signal.aborted || this.#options.onFailure(thrown),
    );
  }

  #drain(): void {
    this.#busy = false;
    while (!this.#busy) {
      const frame = this.#held.shift();
      if (!frame) return this.#options.onIdle();
      this.#handOut(frame);
    }
  }
}

/** Do all of it now; null when it is done, else a promise of its end. */
function attempt(works: (() => unknown)[]): Promise<unknown> | null {
  try {
    const pending = works.map((work) => work()).filter((each) => each instanceof Promise);
    return pending.length > 0 ? Promise.all(pending) : null;
  } catch (thrown) {
    return Promise.reject(thrown);
  }
}
