/**
 * The refresh token as a page knows it. No script reads its cookie, but a second one changes with it, and its
 * value must be repeated in `X-CSRF-Token` wherever the hub is to rely on the first.
 *
 * A token is good once, and one that comes twice ends the session. So a page that is loaded while the one before it
 * in this tab still refreshes must not send the same token again: every page leaves a note of what it sends.
 */
export interface Jar {
  /** As `document.cookie`. */
  cookie: string;
}
export type Notes = Pick<Storage, "getItem" | "setItem">;

const COOKIE = "caerus_csrf";
const NOTE = "caerus-refreshing";
const ANSWERED_WITHIN = 3_000;
const LOOK_EVERY = 25;

/** Enough of a value to tell it from the next one, and no use to anybody. */
const ending = (value: string) => `${value.slice(-6)}.`;

export class Ticket {
  readonly #jar: Jar | undefined;
  readonly #notes: Notes | undefined;
  readonly #page = Math.random().toString(36).slice(2);

  constructor(jar: Jar | undefined, notes: Notes | undefined) {
    this.#jar = jar;
    this.#notes = notes;
  }

  /** What `X-CSRF-Token` must be now; null when the browser holds no session. */
  get value(): string | null {
    const found = this.#jar?.cookie.match(new RegExp(`(?:^|; )${COOKIE}=([^;]*)`));
    return found?.[1]?.replace(/^"(.*)"$/, "$1") || null;
  }

  /** The value to send with a refresh, once no page before this one waits for the answer to the same. */
  async take(): Promise<string | null> {
    await this.#answered(this.value);
    const value = this.value;
    if (value) this.#notes?.setItem(NOTE, ending(value) + this.#page);
    return value;
  }

  /** The session is over: without its value the other cookie is good for nothing. */
  drop(): void {
    if (this.#jar) this.#jar.cookie = `${COOKIE}=; path=/; max-age=0`;
  }

  async #answered(value: string | null): Promise<void> {
    const until = Date.now() + ANSWERED_WITHIN;
    if (!value || !this.#isSentByAnother(value)) return;
    while (this.value === value && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }

  #isSentByAnother(value: string): boolean {
    const note = this.#notes?.getItem(NOTE) ?? "";
    return note.startsWith(ending(value)) && !note.endsWith(this.#page);
  }
}
