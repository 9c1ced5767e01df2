/**
 * The one WebSocket of a page: signs in, subscribes, resumes where it was, and says how it is.
 *
 *     const live = new Live({ url: "wss://hub.example/ws", token: () => session.token, renew: () => session.refresh() });
 *     live.subscribe("signals", { snapshot: () => load(), event: ({ type, data }) => apply(type, data) });
 *     live.start();
 */
import { backoff, longPause } from "./backoff";
import { systemClock } from "./clock";
import type { Clock } from "./clock";
import { afterClose, CUT, StreamClosed, UNAUTHENTICATED } from "./closing";
import { Conversation } from "./conversation";
import type { Follower } from "./delivery";
import { parseFrame, SUBPROTOCOL } from "./frames";
import type { Received, Sent } from "./frames";
import { Observable } from "./observable";
import type { Problem } from "./problem";
import { ANY_AGE, Renewal, RENEWED } from "./renewal";
import type { Connection, LiveStatus } from "./status";
import type { Handlers, TopicName } from "./topics";

export interface LiveOptions {
  url: string;
  /** The access token in force, null when nobody is signed in. */
  token: () => string | null;
  /** Get a new token, in time or after it was refused; false when the session is over; raises when the hub does not answer. */
  renew: () => Promise<boolean>;
  /** The hub refused a topic, or, with null, another message. Passing refusals are asked for again. */
  onProblem?: (topic: string | null, problem: Problem) => void;
  /** A snapshot or an event could not be taken; the topic begins anew. */
  onFailure?: (topic: string, thrown: unknown) => void;
  /** Events of one topic held back at most while its snapshot loads; with more it is left, and resumed later. */
  most?: number;
  clock?: Clock;
  /** A number in [0, 1), for jitter. */
  random?: () => number;
}

const READY_WITHIN = 10_000;
const MOST_HELD = 1000;
const ignore = () => undefined;

export class Live {
  readonly status = new Observable<LiveStatus>({ state: "ended", reason: "stopped", lastEventAt: null });
  readonly #options: LiveOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #topics: Conversation;
  readonly #tokens: Renewal;
  #socket: WebSocket | null = null;
  #running = false;
  #ready = false;
  #attempt = 0;
  #since: number | null = null;
  #quiet = READY_WITHIN;
  #cancelTimer: () => void = ignore;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#topics = new Conversation({
      send: (frame) => this.#send(frame),
      clock: this.#clock,
      random: this.#random,
      most: options.most ?? MOST_HELD,
      onEvent: ({ at }) => this.status.set({ ...this.status.get(), lastEventAt: at }),
      onProblem: options.onProblem ?? ignore,
      onFailure: options.onFailure ?? ignore,
    });
    this.#tokens = new Renewal({
      token: options.token,
      renew: options.renew,
      present: (token) => this.#present(token, RENEWED),
      clock: this.#clock,
      random: this.#random,
    });
  }

  /** Connect, and stay connected; also after it has ended. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#attempt = 0;
    this.#connect();
  }

  /** Close and stay closed; the places in the topics are forgotten. */
  stop(): void {
    this.#end({ state: "ended", reason: "stopped" });
  }

  /** Try now instead of at the end of the pause, as when the network comes back; not when the hub asked for the pause. */
  wake(): void {
    const status = this.status.get();
    if (status.state === "offline" && !status.atHubsWish) this.#connect();
  }

  /** Follow a topic until the returned function is called. */
  subscribe<Name extends TopicName>(topic: Name, handlers: Handlers<Name>): () => void {
    return this.#topics.subscribe(topic, handlers as Follower);
  }

  /** Present the token now in force, as after a renewal. */
  authenticate(): void {
    const token = this.#options.token();
    if (token && this.#socket?.readyState === WebSocket.OPEN) this.#present(token, RENEWED);
  }

  #present(token: string, oldest: number): void {
    this.#tokens.took(token, oldest);
    this.#send({ op: "auth", token });
  }

  #connect(): void {
    this.#say({ state: "connecting" });
    const socket = new WebSocket(this.#options.url, SUBPROTOCOL);
    this.#socket = socket;
    this.#after(READY_WITHIN, () => this.#lost(CUT));
    const current = () => this.#socket === socket;
    socket.addEventListener("open", () => current() && this.#opened());
    socket.addEventListener("message", (message) => current() && this.#heard(parseFrame(message.data)));
    socket.addEventListener("close", (closed) => current() && this.#lost(closed.code));
    socket.addEventListener("error", ignore);
  }

  #opened(): void {
    const token = this.#options.token();
    if (token) this.#present(token, ANY_AGE);
    else this.#lost(UNAUTHENTICATED);
  }

  #heard(frame: Received | null | "garbage"): void {
    if (frame === "garbage") return this.#lost(CUT);
    if (frame?.op === "ready") this.#letIn(frame.heartbeat);
    else if (frame) this.#attempt = 0;
    if (this.#ready) this.#listen(false);
    if (frame) this.#topics.take(frame);
  }

  #letIn(heartbeat: number): void {
    this.#quiet = heartbeat * 1000;
    this.#ready = true;
    this.#since = null;
    this.#topics.ready();
    this.#say({ state: "live" });
  }

  /** A silent hub is asked once; no frame since: the connection is dead, whatever the browser believes. */
  #listen(asked: boolean): void {
    this.#after(this.#quiet, () => {
      if (asked) return this.#lost(CUT);
      this.#send({ op: "ping" });
      this.#listen(true);
    });
  }

  #lost(code: number): void {
    this.#drop();
    const after = afterClose(code);
    if (after === "stop") this.#end({ state: "ended", reason: "refused", error: new StreamClosed(code) });
    else if (after === "renew") void this.#renew();
    else if (after === "rest") this.#pause(longPause(this.#random), true);
    else this.#pause(this.#backoff());
  }

  #backoff(): number {
    return backoff(this.#attempt++, this.#random);
  }

  #pause(milliseconds: number, atHubsWish = false): void {
    const now = this.#clock.now();
    this.#since ??= now;
    this.#say({ state: "offline", since: this.#since, nextAttemptAt: now + milliseconds, atHubsWish });
    this.#after(milliseconds, () => this.#connect());
  }

  async #renew(): Promise<void> {
    this.#say({ state: "connecting" });
    const alive = await this.#tokens.renewed();
    if (!this.#running || this.#socket) return;
    if (alive) this.#pause(this.#backoff());
    else this.#end({ state: "ended", reason: "signed_out" });
  }

  #end(connection: Connection): void {
    this.#running = false;
    this.#drop();
    this.#topics.forget();
    this.#since = null;
    this.#say(connection);
  }

  /** Let go of the socket at once; a browser may take minutes to close a dead one. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    this.#cancelTimer();
    this.#tokens.stop();
    this.#topics.lost();
    if (socket && socket.readyState < WebSocket.CLOSING) socket.close(1000);
  }

  /** There is one thing to wait for at a time: the hub, or the next attempt. */
  #after(milliseconds: number, run: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(milliseconds, run);
  }

  #send(frame: Sent): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #say(connection: Connection): void {
    const { lastEventAt } = this.status.get();
    this.status.set({ ...connection, lastEventAt });
  }
}
