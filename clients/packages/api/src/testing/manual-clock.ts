/** A clock that moves when a test says so. */
import type { Clock } from "../clock";
import { until } from "./until";

interface Timer {
  at: number;
  run: () => void;
}

export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now = Date.UTC(2026, 0, 1);

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.#now + milliseconds, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Nobody waits for anything. */
  get idle(): boolean {
    return this.#timers.size === 0;
  }

  get #waits(): number[] {
    return [...this.#timers].map(({ at }) => at - this.#now);
  }

  /** Wait until somebody waits for exactly this long from now. */
  awaited(milliseconds: number, within: number): Promise<void> {
    return until(() => this.#waits.includes(milliseconds), () => `nobody waits for ${milliseconds}, but for ${this.#waits.join()}`, within);
  }

  /** The same, then let that time pass. */
  async elapse(milliseconds: number, within: number): Promise<void> {
    const due = this.#now + milliseconds;
    await this.awaited(milliseconds, within);
    if (Math.min(...this.#waits) < milliseconds) throw new Error("something is due before");
    this.#now = due;
    for (const timer of [...this.#timers].filter(({ at }) => at === due)) {
      if (this.#timers.delete(timer)) timer.run();
    }
  }
}
