/** The client under test, and whoever uses it: loads snapshots, and writes down what it was told. */
import { Live } from "../live";
import type { TopicName } from "../topics";
import type { ManualClock } from "./manual-clock";
import type { Scenario } from "./scenarios";

export const DRAW = 0.5;

export class Follower {
  readonly live: Live;
  log: string[] = [];
  token: string | null;
  renewal: string | null = null;
  readonly #held = new Map<string, { loaded: Promise<void>; finish: () => void }>();
  readonly #leave = new Map<string, () => void>();

  constructor(url: string, scenario: Scenario, clock: ManualClock) {
    this.token = scenario.token;
    this.live = new Live({
      url,
      token: () => this.token,
      renew: () => this.#renew(),
      onProblem: (topic, problem) => this.log.push(`${topic ?? "hub"} refused ${problem.status}`),
      clock,
      random: () => DRAW,
      ...(scenario.most === undefined ? {} : { most: scenario.most }),
    });
    for (const topic of scenario.follow) this.follow(topic);
  }

  follow(topic: string): void {
    const leave = this.live.subscribe(topic as TopicName, {
      snapshot: () => {
        this.log.push(`${topic} snapshot`);
        return this.#held.get(topic)?.loaded;
      },
      event: (event) => void this.log.push(`${topic} ${(event.data as unknown as { n: number }).n}`),
    });
    this.#leave.set(topic, leave);
  }

  unfollow(topic: string): void {
    this.#leave.get(topic)?.();
  }

  /** From now on snapshots of this topic load until `loaded` is called. */
  hold(topic: string): void {
    let finish: () => void = () => undefined;
    const loaded = new Promise<void>((resolve) => {
      finish = resolve;
    });
    this.#held.set(topic, { loaded, finish });
  }

  loaded(topic: string): void {
    this.#held.get(topic)?.finish();
    this.#held.delete(topic);
  }

  #renew(): Promise<boolean> {
    if (this.renewal === "unreachable") return Promise.reject(new TypeError("the hub gives no verdict"));
    this.token = this.renewal ?? this.token;
    return Promise.resolve(this.renewal !== null);
  }
}
