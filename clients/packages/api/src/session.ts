/** Who is signed in. The access token lives in memory only; the refresh token is an HttpOnly cookie. */
import { backoff } from "./backoff";
import { Observable } from "./observable";
import { isNetworkError, problemOf, ProblemError, UNREACHABLE } from "./problem";
import type { Problem } from "./problem";
import type { Token } from "./types";

export type SessionState =
  | { phase: "starting"; problem: Problem | null }
  | { phase: "signed-in"; token: string }
  | { phase: "signed-out" };

type Locks = Pick<LockManager, "request">;
export interface SessionOptions {
  base?: string;
  fetch?: typeof fetch;
  /** Held while refreshing, so that two tabs never spend the same refresh token. */
  locks?: Locks | undefined;
}

const RENEW_AT = 0.8;

export class Session {
  readonly state = new Observable<SessionState>({ phase: "starting", problem: null });
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #locks: Locks | undefined;
  /** Set only where the hub could give no cookie, as over plain HTTP off localhost. */
  #refreshToken: string | null = null;
  #refreshing: Promise<boolean> | null = null;
  #renewal: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SessionOptions = {}) {
    this.#base = options.base ?? "";
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#locks = options.locks ?? globalThis.navigator?.locks;
  }

  get token(): string | null {
    const state = this.state.get();
    return state.phase === "signed-in" ? state.token : null;
  }

  /** Sign in; raises ProblemError when the hub refuses. */
  async login(email: string, password: string): Promise<void> {
    this.#accept(await this.#post("login", { email, password }));
  }

  async logout(): Promise<void> {
    try {
      await this.#post("logout", this.#ticket());
    } finally {
      this.#forget();
    }
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

  #exclusively(work: () => Promise<boolean>): Promise<boolean> {
    return this.#locks ? this.#locks.request("caerus-refresh", work) : work();
  }

  async #renew(): Promise<boolean> {
    try {
      this.#accept(await this.#post("refresh", this.#ticket()));
      return true;
    } catch (thrown) {
      if (thrown instanceof ProblemError && thrown.passing) throw thrown;
      this.#forget();
      return false;
    }
  }

  async #post(action: "login" | "refresh" | "logout", body: object): Promise<Token> {
    const response = await this.#send(`${this.#base}/api/v1/auth/${action}`, body);
    const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
    if (!response.ok) throw problemOf(response, answer);
    return answer as Token;
  }

  async #send(url: string, body: object): Promise<Response> {
    try {
      return await this.#fetch(url, {
        method: "POST",
        credentials: "same-origin",
        headers: this.#headers(),
        body: JSON.stringify(body),
      });
    } catch (thrown) {
      if (isNetworkError(thrown)) throw new ProblemError(UNREACHABLE);
      throw thrown;
    }
  }

  #ticket(): object {
    return this.#refreshToken ? { refresh_token: this.#refreshToken } : {};
  }

  #headers(): Record<string, string> {
    const token = this.token;
    return { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
  }

  #accept(token: Token): void {
    this.#refreshToken = token.refresh_token ?? null;
    this.state.set({ phase: "signed-in", token: token.access_token });
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => void this.#renewQuietly(), token.expires_in * 1000 * RENEW_AT);
  }

  /** When the hub is away just now, the next 401 or the socket's 4001 refreshes instead. */
  async #renewQuietly(): Promise<void> {
    await this.refresh().catch(() => false);
  }

  #forget(): void {
    clearTimeout(this.#renewal);
    this.#refreshToken = null;
    this.state.set({ phase: "signed-out" });
  }
}
