/** The one WebSocket of a page: signs in, subscribes, resumes where it was, and says how it is. */
import { backoff } from "./backoff";
import { CLOSE, parseFrame, SUBPROTOCOL } from "./frames";
import type { EventFrame, Received, Sent, SubFrame } from "./frames";
import { Observable } from "./observable";
import type { Problem } from "./problem";
import { Subscription } from "./subscription";

export type ConnectionState = "live" | "reconnecting" | "offline";
export interface LiveStatus {
  state: ConnectionState;
  /** When the newest event happened at the hub, RFC 3339. */
  lastEventAt: string | null;
}

export interface LiveOptions {
  url: string;
  /** The access token in force, null when nobody is signed in. */
  token: () => string | null;
  /** Get a new token; false when the session is over; raises when the hub does not answer. */
  renew: () => Promise<boolean>;
  onEvent: (frame: EventFrame) => void;
  /** Events of this topic may have been missed: load the snapshot again. */
  onReset: (topic: string) => void;
  onProblem?: (topic: string | null, problem: Problem) => void;
  /** Milliseconds before the retry after `attempt` failures. */
  delay?: (attempt: number) => number;
}

const READY_WITHIN = 10_000;
const STABLE_AFTER = 10_000;
const AFTER_PROTOCOL_ERROR = 60_000;

export class Live {
  readonly status = new Observable<LiveStatus>({ state: "offline", lastEventAt: null });
  readonly #options: LiveOptions;
  readonly #delay: (attempt: number) => number;
  readonly #topics = new Map<string, Subscription>();
  #socket: WebSocket | null = null;
  #running = false;
  #readyAt: number | null = null;
  #attempt = 0;
  #nextId = 1;
  #heard = true;
  #beat: ReturnType<typeof setInterval> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#delay = options.delay ?? ((attempt) => backoff(attempt));
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#connect();
  }

  /** Close and stay closed; the places in the topics are forgotten. */
  stop(): void {
    this.#running = false;
    this.#drop();
    for (const topic of this.#topics.values()) topic.forget();
    this.#say("offline");
  }

  /** Try now instead of at the end of the wait, as when the network comes back. */
  wake(): void {
    if (this.#running && !this.#socket) this.#connect();
  }

  /** Follow a topic until the returned function is called. */
  follow(name: string): () => void {
    const topic = this.#topics.get(name) ?? new Subscription(name);
    this.#topics.set(name, topic);
    topic.holders += 1;
    if (topic.holders === 1 && this.#readyAt !== null) this.#subscribe(topic);
    return () => this.#unfollow(topic);
  }

  /** Present the token now in force, as after a renewal. */
  authenticate(): void {
    const token = this.#options.token();
    if (token && this.#socket?.readyState === WebSocket.OPEN) this.#send({ op: "auth", token });
  }

  #unfollow(topic: Subscription): void {
    topic.holders -= 1;
    if (topic.holders > 0) return;
    this.#topics.delete(topic.topic);
    if (this.#readyAt !== null) this.#send({ op: "unsub", id: this.#nextId++, topic: topic.topic });
  }

  #connect(): void {
    clearTimeout(this.#timer);
    if (this.status.get().state !== "live") this.#say("reconnecting");
    const socket = new WebSocket(this.#options.url, SUBPROTOCOL);
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lost(0), READY_WITHIN);
    const current = () => this.#socket === socket;
    socket.addEventListener("open", () => current() && this.authenticate());
    socket.addEventListener("message", (message) => current() && this.#read(parseFrame(message.data)));
    socket.addEventListener("close", (closed) => current() && this.#lost(closed.code));
  }

  #read(frame: Received | null): void {
    this.#heard = true;
    if (frame?.op === "ready") this.#ready(frame.heartbeat);
    else if (frame?.op === "sub") this.#subscribed(frame);
    else if (frame?.op === "event") this.#event(frame);
    else if (frame?.op === "error") this.#failed(frame.id, frame.problem);
  }

  /** Also the answer to a renewed token, when everything stands already. */
  #ready(heartbeat: number): void {
    if (this.#readyAt !== null) return;
    clearTimeout(this.#timer);
    this.#readyAt = Date.now();
    this.#beat = setInterval(() => this.#ping(), heartbeat * 1000);
    for (const topic of this.#topics.values()) this.#subscribe(topic);
    this.#say("live");
  }

  #subscribe(topic: Subscription): void {
    const id = this.#nextId++;
    this.#send({ op: "sub", id, topic: topic.topic, ...topic.ask(id) });
  }

  #subscribed(frame: SubFrame): void {
    if (this.#topics.get(frame.topic)?.answered(frame)) this.#options.onReset(frame.topic);
  }

  #event(frame: EventFrame): void {
    const topic = this.#topics.get(frame.topic);
    const verdict = topic?.judge(frame);
    if (topic && verdict === "gap") this.#resubscribe(topic);
    if (verdict !== "deliver") return;
    this.status.set({ ...this.status.get(), lastEventAt: frame.at });
    this.#options.onEvent(frame);
  }

  /** An offset is missing: ask again from the last one seen. */
  #resubscribe(topic: Subscription): void {
    this.#send({ op: "unsub", id: this.#nextId++, topic: topic.topic });
    this.#subscribe(topic);
  }

  #failed(id: number | undefined, problem: Problem): void {
    const topic = [...this.#topics.values()].find((each) => each.asked(id));
    topic?.lost();
    this.#options.onProblem?.(topic?.topic ?? null, problem);
    // A topic that failed for a passing reason would stay silent while all looks live.
    if (topic && problem.status >= 500) this.#lost(0);
  }

  /** No frame since the last ping: the connection is dead, whatever the browser believes. */
  #ping(): void {
    if (!this.#heard) return this.#lost(0);
    this.#heard = false;
    this.#send({ op: "ping" });
  }

  #lost(code: number): void {
    if (this.#readyAt !== null && Date.now() - this.#readyAt > STABLE_AFTER) this.#attempt = 0;
    this.#drop();
    if (!this.#running) return;
    if (code === CLOSE.UNAUTHENTICATED) void this.#renew();
    else if (code === CLOSE.PROTOCOL) this.#afterProtocolError();
    else this.#retry();
  }

  #retry(): void {
    this.#say("reconnecting");
    this.#timer = setTimeout(() => this.#connect(), this.#delay(this.#attempt++));
  }

  async #renew(): Promise<void> {
    this.#say("reconnecting");
    const alive = await this.#options.renew().catch(() => true);
    if (!this.#running || this.#socket) return;
    if (alive) this.#retry();
    else this.stop();
  }

  /** The hub did not understand us: start anew, slowly, and show it. */
  #afterProtocolError(): void {
    for (const topic of this.#topics.values()) topic.forget();
    this.#say("offline");
    this.#timer = setTimeout(() => this.#connect(), AFTER_PROTOCOL_ERROR);
  }

  /** Let go of the socket at once; a browser may take minutes to close a dead one. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#readyAt = null;
    this.#heard = true;
    clearTimeout(this.#timer);
    clearInterval(this.#beat);
    for (const topic of this.#topics.values()) topic.lost();
    if (socket && socket.readyState < WebSocket.CLOSING) socket.close(1000);
  }

  #send(frame: Sent): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #say(state: ConnectionState): void {
    const before = this.status.get();
    if (before.state !== state) this.status.set({ ...before, state });
  }
}
