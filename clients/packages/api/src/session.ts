/** Who is signed in. The access token lives in memory only; the refresh token is an HttpOnly cookie. */
import { backoff } from "./backoff";
import { claimsOf } from "./claims";
import { Observable } from "./observable";
import { isNetworkError, problemOf, ProblemError, UNREACHABLE } from "./problem";
import type { Problem } from "./problem";
import { Ticket } from "./ticket";
import type { Jar, Notes } from "./ticket";
import type { Token } from "./types";

export type SessionState =
  | { phase: "starting"; problem: Problem | null }
  /** `whose` tells persons, and roles of one person, apart. */
  | { phase: "signed-in"; token: string; whose: string; role: string }
  /** `ended`: there was a session, and it was not ended here. */
  | { phase: "signed-out"; ended: boolean };

type Locks = Pick<LockManager, "request">;
export interface SessionOptions {
  base?: string;
  fetch?: typeof fetch;
  /** Held while cookies change, so that two tabs never spend the same refresh token. */
  locks?: Locks | undefined;
  jar?: Jar | undefined;
  notes?: Notes | undefined;
}

type Action = "login" | "mfa/verify" | "refresh" | "logout";
type Renewed = Pick<Token, "access_token" | "expires_in">;

const RENEW_AT = 0.8;
const ANSWER_WITHIN = 20_000;

export class Session {
  readonly state = new Observable<SessionState>({ phase: "starting", problem: null });
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #locks: Locks | undefined;
  readonly #ticket: Ticket;
  /** Set only where the hub could give no cookie, as over plain HTTP off localhost. */
  #refreshToken: string | null = null;
  #refreshing: Promise<boolean> | null = null;
  #renewal: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SessionOptions = {}) {
    this.#base = options.base ?? "";
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#locks = options.locks ?? globalThis.navigator?.locks;
    this.#ticket = new Ticket(options.jar ?? globalThis.document, options.notes ?? globalThis.sessionStorage);
  }

  get token(): string | null {
    const state = this.state.get();
    return state.phase === "signed-in" ? state.token : null;
  }

  /** Sign in; raises ProblemError when the hub refuses, `code-required` with an `mfa_token` for `verify`. */
  login(email: string, password: string): Promise<void> {
    return this.#signIn("login", { email, password });
  }

  /** Finish signing in with a code. */
  verify(mfaToken: string, code: string): Promise<void> {
    return this.#signIn("mfa/verify", { mfa_token: mfaToken, code });
  }

  logout(): Promise<void> {
    return this.#exclusively(async () => {
      try {
        await this.#post("logout", this.#body(), this.#ticket.value);
      } finally {
        this.#forget(false);
      }
    });
  }

  /** Go on with an access token that an answer brought, as after a fresh proof of who one is. */
  adopt(renewed: Renewed): void {
    const { sub, role } = claimsOf(renewed.access_token);
    this.state.set({ phase: "signed-in", token: renewed.access_token, whose: `${sub} ${role}`, role });
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => void this.#renewQuietly(), renewed.expires_in * 1000 * RENEW_AT);
  }

  /** Pick up the session of the cookie, waiting for the hub as long as it does not answer. */
  async resume(): Promise<void> {
    for (let attempt = 0; this.state.get().phase === "starting"; attempt += 1) {
      try {
        await this.refresh();
      } catch (thrown) {
        this.state.set({ phase: "starting", problem: thrown instanceof ProblemError ? thrown.problem : UNREACHABLE });
        await new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
      }
    }
  }

  /**
   * A new access token by the cookie, one call in flight at a time.
   * False when the session is over; raises ProblemError when the hub gives no verdict.
   */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#exclusively(() => this.#renew()).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** One tab at a time; whoever waited finds the cookies that the one before has left. */
  #exclusively<Done>(work: () => Promise<Done>): Promise<Done> {
    return this.#locks ? (this.#locks.request("caerus-session", work) as Promise<Done>) : work();
  }

  #signIn(action: Action, body: object): Promise<void> {
    return this.#exclusively(async () => this.#accept(await this.#post(action, body)));
  }

  async #renew(): Promise<boolean> {
    const had = this.state.get().phase === "signed-in";
    const csrf = await this.#ticket.take();
    if (!csrf && !this.#refreshToken) return this.#over(had);
    try {
      this.#accept(await this.#post("refresh", this.#body(), csrf));
      return true;
    } catch (thrown) {
      if (thrown instanceof ProblemError && thrown.passing) throw thrown;
      return this.#over(true);
    }
  }

  #over(ended: boolean): false {
    this.#forget(ended);
    return false;
  }

  #forget(ended: boolean): void {
    clearTimeout(this.#renewal);
    this.#refreshToken = null;
    this.#ticket.drop();
    this.state.set({ phase: "signed-out", ended });
  }

  async #post(action: Action, body: object, csrf: string | null = null): Promise<Token> {
    const response = await this.#send(`${this.#base}/api/v1/auth/${action}`, body, csrf);
    const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
    if (!response.ok) throw problemOf(response, answer);
    return answer as Token;
  }

  async #send(url: string, body: object, csrf: string | null): Promise<Response> {
    try {
      return await this.#fetch(url, {
        method: "POST",
        credentials: "same-origin",
        // The answer's cookies must arrive even when the page that asked is gone.
        keepalive: true,
        signal: AbortSignal.timeout(ANSWER_WITHIN),
        headers: { "content-type": "application/json", ...(csrf ? { "x-csrf-token": csrf } : {}) },
        body: JSON.stringify(body),
      });
    } catch (thrown) {
      if (isNetworkError(thrown)) throw new ProblemError(UNREACHABLE);
      throw thrown;
    }
  }

  #body(): object {
    return this.#refreshToken ? { refresh_token: this.#refreshToken } : {};
  }

  #accept(token: Token): void {
    this.#refreshToken = token.refresh_token ?? null;
    this.adopt(token);
  }

  /** When the hub is away just now, the next 401 or the socket's 4001 refreshes instead. */
  async #renewQuietly(): Promise<void> {
    await this.refresh().catch(() => false);
  }
}
