/** Runs a conformance scenario against `Live`, over a real socket and by a clock of its own. */
import { expect } from "vitest";

import { CUT } from "../closing";
import type { Sent } from "../frames";
import type { LiveStatus } from "../status";
import { FakeStream } from "./fake-stream";
import type { Peer } from "./fake-stream";
import { DRAW, Follower } from "./follower";
import { ManualClock } from "./manual-clock";
import { POLICY } from "./scenarios";
import type { Scenario } from "./scenarios";
import { until } from "./until";

interface Admission {
  topic: string;
  since: object | null;
}

interface Pause {
  jitter?: number;
  long?: boolean;
  for?: number;
  wait?: boolean;
}

/** One scenario under way. Each step's verb is a method of this name. */
class Run {
  readonly #hub: FakeStream;
  readonly #follower: Follower;
  readonly #clock: ManualClock;
  readonly #within: number;
  #peer: Peer | undefined;

  constructor(hub: FakeStream, follower: Follower, clock: ManualClock, within: number) {
    this.#hub = hub;
    this.#follower = follower;
    this.#clock = clock;
    this.#within = within;
  }

  async step(verb: string, argument: unknown): Promise<void> {
    const act = (this as unknown as Record<string, (argument: unknown) => unknown>)[verb];
    if (!act) throw new Error(`no step is called ${verb}`);
    await Promise.race([act.call(this, argument), this.#late(`${verb} ${JSON.stringify(argument)}`)]);
  }

  #late(step: string): Promise<never> {
    return new Promise((_, reject) => {
      setTimeout(() => reject(new Error(`nothing came of ${step}: told ${this.#follower.log.join()}`)), this.#within + 100).unref();
    });
  }

  get #at(): Peer {
    if (!this.#peer) throw new Error("nobody is connected");
    return this.#peer;
  }

  get #status(): LiveStatus {
    return this.#follower.live.status.get();
  }

  // What the hub does.

  async accept(token: string): Promise<void> {
    const knock = await this.#hub.knocks.take();
    expect(knock.offered).toBe("caerus.v1.json");
    this.#peer = await knock.accept();
    await this.expect({ op: "auth", token });
  }

  async refuse(status: number): Promise<void> {
    (await this.#hub.knocks.take()).refuse(status);
  }

  ready(): void {
    this.#at.send({ op: "ready", session: "s1", heartbeat: 25 });
  }

  async greet(token: string): Promise<void> {
    await this.accept(token);
    this.ready();
  }

  async expect(wanted: object): Promise<void> {
    const { id, ...frame } = (await this.#at.inbox.take()) as Sent & { id?: unknown };
    this.#at.lastId = id;
    expect(frame).toEqual(wanted);
  }

  async admit({ since, topic, ...answer }: Admission): Promise<void> {
    await this.expect({ op: "sub", topic, ...(since ? { since } : {}) });
    this.#at.send({ op: "sub", id: this.#at.lastId, topic, ...answer });
  }

  send(frame: object): void {
    this.#at.send(Object.fromEntries(Object.entries(frame).map(([name, value]) => [name, value === "$id" ? this.#at.lastId : value])));
  }

  events([topic, ...offsets]: [string, ...number[]]): void {
    for (const offset of offsets) this.#at.event(topic, offset);
  }

  raw(text: string): void {
    this.#at.raw(text);
  }

  close(code: number): void {
    if (code === CUT) throw new Error("no hub sends 1006");
    this.#at.close(code);
  }

  drop(): void {
    this.#at.drop();
  }

  async gone(): Promise<void> {
    await this.#at.gone;
  }

  fence(): Promise<void> {
    return this.#at.fence();
  }

  waits(seconds: number): Promise<void> {
    return this.#clock.awaited(seconds * 1000, this.#within);
  }

  elapse(seconds: number): Promise<void> {
    return this.#clock.elapse(seconds * 1000, this.#within);
  }

  // What whoever uses the client does.

  follow = (topic: string): void => this.#follower.follow(topic);
  unfollow = (topic: string): void => this.#follower.unfollow(topic);
  hold = (topic: string): void => this.#follower.hold(topic);
  loaded = (topic: string): void => this.#follower.loaded(topic);
  authenticate = (): void => this.#follower.live.authenticate();
  stop = (): void => this.#follower.live.stop();

  token(token: string): void {
    this.#follower.token = token;
  }

  renewal(token: string | null): void {
    this.#follower.renewal = token;
  }

  // What must be seen.

  async told(wanted: string[]): Promise<void> {
    const { log } = this.#follower;
    const enough = () => log.length >= wanted.length || log.some((each, index) => each !== wanted[index]);
    await until(enough, () => `told only ${log.join()}`, this.#within);
    expect(log.splice(0, wanted.length)).toEqual(wanted);
  }

  async unmoved(): Promise<void> {
    await this.fence();
    expect(this.#follower.log).toEqual([]);
  }

  state(wanted: string): Promise<void> {
    return until(() => this.#status.state === wanted, () => `${this.#status.state}, not ${wanted}`, this.#within);
  }

  async offline(wanted: Pause): Promise<void> {
    await this.state("offline");
    const status = this.#status;
    if (status.state !== "offline") throw new Error("it did not stay offline");
    const pause = status.nextAttemptAt - this.#clock.now();
    expect(pause).toBe(paused(wanted));
    if (wanted.for !== undefined) expect(this.#clock.now() - status.since).toBe(wanted.for * 1000);
    if (wanted.wait !== false) await this.#clock.elapse(pause, this.#within);
  }

  async ended({ reason, code }: { reason: string; code?: number }): Promise<void> {
    await this.state("ended");
    const status = this.#status;
    expect(status).toMatchObject({ reason });
    if (code !== undefined) expect(status).toMatchObject({ error: { name: "StreamClosed", code } });
    expect(this.#clock.idle).toBe(true);
    expect(this.#hub.knocks.size).toBe(0);
  }
}

/** Milliseconds of a pause, when a draw from [0, 1) is always DRAW. */
function paused({ jitter, long }: Pause): number {
  const { base, cap, long: least } = POLICY.backoff;
  const seconds = long ? least + DRAW * least : DRAW * Math.min(cap, base * 2 ** (jitter ?? 0));
  return seconds * 1000;
}

/** Rejects when the client does not do what the scenario says. */
export async function play(scenario: Scenario, within = 5000): Promise<void> {
  const clock = new ManualClock();
  const hub = await FakeStream.open();
  const follower = new Follower(hub.url, scenario, clock);
  const run = new Run(hub, follower, clock, within);
  try {
    follower.live.start();
    for (const [verb, argument] of scenario.steps) await run.step(verb, argument);
    expect(follower.log, "told more than the script says").toEqual([]);
  } finally {
    follower.live.stop();
    await hub.close();
  }
}
