/** What one page says about its topics over all its connections, and what it makes of what it hears. */
import { backoff } from "./backoff";
import type { Clock } from "./clock";
import { Delivery } from "./delivery";
import type { Follower } from "./delivery";
import type { ErrorFrame, EventFrame, Received, Sent, SubFrame } from "./frames";
import { Place } from "./place";
import type { Problem } from "./problem";

export interface ConversationOptions {
  send: (frame: Sent) => void;
  clock: Clock;
  random: () => number;
  /** Events of one topic held back at most, while its snapshot loads or a follower is slow. */
  most: number;
  onEvent: (frame: EventFrame) => void;
  onProblem: (topic: string | null, problem: Problem) => void;
  onFailure: (topic: string, thrown: unknown) => void;
}

interface Topic {
  readonly name: string;
  readonly place: Place;
  readonly delivery: Delivery;
  /** Left for being too slow, until nothing waits any more. */
  parked: boolean;
  failures: number;
  cancelRetry: () => void;
}

const ignore = () => undefined;
const TOO_MANY = 429;

export class Conversation {
  readonly #options: ConversationOptions;
  readonly #topics = new Map<string, Topic>();
  #live = false;
  #nextId = 1;

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  subscribe(name: string, follower: Follower): () => void {
    const topic = this.#topics.get(name) ?? this.#begin(name);
    // Before the first answer everybody waits for the same snapshot.
    if (topic.place.known) topic.delivery.join(follower);
    else topic.delivery.followers.add(follower);
    return () => this.#leave(name, follower);
  }

  /** The hub has let us in: also the answer to a renewed token, when everything stands already. */
  ready(): void {
    if (this.#live) return;
    this.#live = true;
    for (const topic of this.#topics.values()) this.#ask(topic);
  }

  lost(): void {
    this.#live = false;
    for (const topic of this.#topics.values()) {
      topic.place.lost();
      topic.cancelRetry();
    }
  }

  /** Every topic begins anew at the next connection. */
  forget(): void {
    for (const topic of this.#topics.values()) this.#renounce(topic);
  }

  take(frame: Received): void {
    if (frame.op === "sub") this.#answered(frame);
    else if (frame.op === "event") this.#event(frame);
    else if (frame.op === "error") this.#refused(frame);
  }

  #begin(name: string): Topic {
    const topic: Topic = {
      name,
      place: new Place(),
      delivery: new Delivery({
        most: this.#options.most,
        onIdle: () => this.#idle(topic),
        onFailure: (thrown) => this.#failed(topic, thrown),
      }),
      parked: false,
      failures: 0,
      cancelRetry: ignore,
    };
    this.#topics.set(name, topic);
    this.#ask(topic);
    return topic;
  }

  #leave(name: string, follower: Follower): void {
    const topic = this.#topics.get(name);
    if (!topic?.delivery.followers.delete(follower) || topic.delivery.followers.size > 0) return;
    this.#topics.delete(name);
    this.#renounce(topic);
    this.#unsubscribe(topic);
  }

  #renounce(topic: Topic): void {
    topic.place.forget();
    topic.delivery.stop();
    topic.parked = false;
    topic.cancelRetry();
  }

  #ask(topic: Topic): void {
    if (!this.#live || topic.parked) return;
    topic.cancelRetry();
    const id = this.#nextId++;
    this.#options.send({ op: "sub", id, topic: topic.name, ...topic.place.ask(id) });
  }

  #unsubscribe(topic: Topic): void {
    topic.place.lost();
    if (this.#live) this.#options.send({ op: "unsub", id: this.#nextId++, topic: topic.name });
  }

  #answered(frame: SubFrame): void {
    const topic = this.#topics.get(frame.topic);
    if (!topic?.place.asked(frame.id)) return;
    if (topic.place.answered(frame)) topic.delivery.reset();
    if (!topic.delivery.busy) topic.failures = 0;
  }

  #event(frame: EventFrame): void {
    const topic = this.#topics.get(frame.topic);
    if (!topic || topic.parked) return;
    const verdict = topic.place.judge(frame);
    if (verdict === "gap") this.#again(topic);
    else if (verdict === "deliver") this.#deliver(topic, frame);
  }

  #deliver(topic: Topic, frame: EventFrame): void {
    if (!topic.delivery.hasRoom) {
      topic.parked = true;
      return this.#unsubscribe(topic);
    }
    topic.place.advance();
    this.#options.onEvent(frame);
    topic.delivery.push(frame);
  }

  #idle(topic: Topic): void {
    topic.failures = 0;
    if (!topic.parked) return;
    topic.parked = false;
    this.#ask(topic);
  }

  /** An offset is missing: ask again from the last one seen. */
  #again(topic: Topic): void {
    this.#unsubscribe(topic);
    this.#ask(topic);
  }

  /** What a follower shows is not what the topic says any more: begin anew. */
  #failed(topic: Topic, thrown: unknown): void {
    this.#renounce(topic);
    this.#unsubscribe(topic);
    this.#askLater(topic);
    this.#options.onFailure(topic.name, thrown);
  }

  #refused({ id, problem }: ErrorFrame): void {
    const topic = [...this.#topics.values()].find((each) => each.place.asked(id));
    topic?.place.lost();
    // A topic that failed for a passing reason would stay silent while all looks live.
    if (topic && (problem.status >= 500 || problem.status === TOO_MANY)) this.#askLater(topic);
    this.#options.onProblem(topic?.name ?? null, problem);
  }

  #askLater(topic: Topic): void {
    if (!this.#live) return;
    const wait = backoff(topic.failures++, this.#options.random);
    topic.cancelRetry = this.#options.clock.after(wait, () => this.#ask(topic));
  }
}
