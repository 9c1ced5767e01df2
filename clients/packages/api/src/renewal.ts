/** Tokens of one socket: a new one is got, and presented on it, before the last one ends. */
import { backoff } from "./backoff";
import { termOf } from "./claims";
import type { Clock } from "./clock";

export interface RenewalOptions {
  token: () => string | null;
  renew: () => Promise<boolean>;
  present: (token: string) => void;
  clock: Clock;
  random: () => number;
}

/** How old a token can be at most, as a share of its life: our clock may be off, and only the hub's says how old it is. */
export const ANY_AGE = 1;
/** One that took the place of another; somebody else may have renewed it. */
export const RENEWED = 0.25;
/** A longer timer of a browser fires at once. */
const MOST = 2 ** 31 - 1;

/** Milliseconds until a token should be renewed: an eighth to a quarter of its life before its end. Null: it does not say. */
export function renewIn(token: string, now: number, random: () => number, oldest: number): number | null {
  const term = termOf(token);
  if (!term) return null;
  const life = term.expiresAt - term.issuedAt;
  const age = Math.min(Math.max(now - term.issuedAt, 0), life * oldest);
  return Math.min(MOST, Math.max(0, life - age - (life / 8) * (1 + random())));
}

const ignore = () => undefined;

export class Renewal {
  readonly #options: RenewalOptions;
  #presented: string | null = null;
  #failures = 0;
  #renewing: Promise<boolean> | null = null;
  #cancelTimer: () => void = ignore;

  constructor(options: RenewalOptions) {
    this.#options = options;
  }

  /** This token is presented now. */
  took(token: string, oldest: number): void {
    if (token === this.#presented && oldest < ANY_AGE) return;
    this.#presented = token;
    this.#failures = 0;
    const { clock, random } = this.#options;
    this.#after(renewIn(token, clock.now(), random, oldest));
  }

  /** The socket is gone. */
  stop(): void {
    this.#presented = null;
    this.#after(null);
  }

  /** Ask for a new token, one call at a time: false when the session is over, true also when the hub gives no verdict. */
  renewed(): Promise<boolean> {
    this.#renewing ??= this.#options.renew().catch(() => true).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  /** When the session is over the hub says so, in its time. */
  async #replace(): Promise<void> {
    const before = this.#presented;
    if (this.#options.token() === before && !(await this.renewed())) return;
    if (before === null || this.#presented !== before) return;
    const token = this.#options.token();
    if (token && token !== before) this.#options.present(token);
    else this.#after(backoff(this.#failures++, this.#options.random));
  }

  #after(milliseconds: number | null): void {
    this.#cancelTimer();
    this.#cancelTimer = milliseconds === null ? ignore : this.#options.clock.after(milliseconds, () => void this.#replace());
  }
}
