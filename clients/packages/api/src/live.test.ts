/** What `Live` does beyond the suite that both clients share (`conformance.test.ts`). */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WebSocket as NodeWebSocket } from "ws";

import { Live } from "./live";
import type { LiveOptions } from "./live";
import { FakeStream } from "./testing/fake-stream";
import type { Peer } from "./testing/fake-stream";
import { ManualClock } from "./testing/manual-clock";
import type { Handlers } from "./topics";

vi.stubGlobal("WebSocket", NodeWebSocket);

let stream: FakeStream;
let clock: ManualClock;
let live: Live;
let seen: string[];

function open(options: Partial<LiveOptions> = {}): void {
  const renew = () => Promise.resolve(true);
  live = new Live({ url: stream.url, token: () => "t1", renew, clock, random: () => 0.5, ...options });
  live.start();
}

/** Writes down what it is told as `who snapshot` and `who 6`. */
function follower(who: string, handlers: Partial<Handlers<"signals">> = {}): Handlers<"signals"> {
  return { snapshot: () => void seen.push(`${who} snapshot`), event: ({ offset }) => void seen.push(`${who} ${offset}`), ...handlers };
}

async function letIn(): Promise<Peer> {
  const hub = await (await stream.knocks.take()).accept();
  expect((await hub.inbox.take()).op).toBe("auth");
  hub.send({ op: "ready", session: "s1", heartbeat: 30 });
  return hub;
}

async function admit(hub: Peer, offset: number, recovered: boolean): Promise<unknown> {
  const asked = await hub.inbox.take();
  if (asked.op !== "sub") throw new Error(`expected sub, got ${asked.op}`);
  hub.send({ op: "sub", id: asked.id, topic: asked.topic, epoch: "e", offset, recovered });
  return asked.since;
}

function told(...wanted: string[]): Promise<void> {
  return vi.waitFor(() => expect(seen).toEqual(wanted));
}

function state(wanted: string): Promise<void> {
  return vi.waitFor(() => expect(live.status.get().state).toBe(wanted));
}

beforeEach(async () => {
  seen = [];
  clock = new ManualClock();
  stream = await FakeStream.open();
});

afterEach(async () => {
  live.stop();
  await stream.close();
});

test("the token goes in the first message, never in the address", async () => {
  open();
  const knock = await stream.knocks.take();
  expect(knock.address).toBe("/ws");
  expect(await (await knock.accept()).inbox.take()).toEqual({ op: "auth", token: "t1" });
});

test("the newest event is dated", async () => {
  open();
  live.subscribe("signals", follower("a"));
  const hub = await letIn();
  await admit(hub, 5, false);
  hub.event("signals", 6);
  await told("a snapshot", "a 6");
  expect(live.status.get().lastEventAt).toBe("2026-01-01T00:00:06Z");
});

test("waking tries at once, and only where there is something to try", async () => {
  open();
  (await stream.knocks.take()).refuse(503);
  await state("offline");
  live.wake();
  const hub = await letIn();
  await state("live");
  live.wake();
  await hub.fence();
  expect(stream.knocks.size).toBe(0);
});

test("a pause that the hub asked for is not cut short", async () => {
  open();
  const hub = await letIn();
  hub.close(4005);
  await state("offline");
  live.wake();
  expect(live.status.get()).toMatchObject({ state: "offline", atHubsWish: true });
});

test("after it has ended it does not wake, but starts anew", async () => {
  open();
  live.subscribe("signals", follower("a"));
  const hub = await letIn();
  await admit(hub, 5, false);
  hub.close(4002);
  await state("ended");
  live.wake();
  expect(live.status.get().state).toBe("ended");
  live.start();
  expect(await admit(await letIn(), 7, false)).toBeUndefined();
  await told("a snapshot", "a snapshot");
});

test("with nobody signed in it asks for a token before it says anything", async () => {
  open({ token: () => null, renew: () => Promise.resolve(false) });
  const hub = await (await stream.knocks.take()).accept();
  await hub.gone;
  expect(hub.inbox.size).toBe(0);
  expect(live.status.get()).toMatchObject({ state: "ended", reason: "signed_out" });
});

test("a second follower of a topic loads a snapshot of its own, and both get what follows", async () => {
  open();
  live.subscribe("signals", follower("a"));
  const hub = await letIn();
  await admit(hub, 5, false);
  await told("a snapshot");
  const leave = live.subscribe("signals", follower("b"));
  hub.event("signals", 6);
  await told("a snapshot", "b snapshot", "a 6", "b 6");
  leave();
  hub.event("signals", 7);
  await told("a snapshot", "b snapshot", "a 6", "b 6", "a 7");
});

test("followers that come before the first answer share its snapshot", async () => {
  open();
  live.subscribe("signals", follower("a"));
  live.subscribe("signals", follower("b"));
  const hub = await letIn();
  await admit(hub, 5, false);
  hub.event("signals", 6);
  await told("a snapshot", "b snapshot", "a 6", "b 6");
  expect(hub.inbox.size).toBe(0);
});

test("a newcomer, while others wait for events, makes everybody begin anew, and nobody misses one", async () => {
  let loaded: () => void = () => undefined;
  const snapshot = () => {
    seen.push("a snapshot");
    return new Promise<void>((resolve) => {
      loaded = resolve;
    });
  };
  open();
  live.subscribe("signals", follower("a", { snapshot }));
  const hub = await letIn();
  await admit(hub, 5, false);
  hub.event("signals", 6);
  await hub.fence();
  live.subscribe("signals", follower("b"));
  hub.event("signals", 7);
  await hub.fence();
  expect(seen).toEqual(["a snapshot", "a snapshot", "b snapshot"]);
  loaded();
  await told("a snapshot", "a snapshot", "b snapshot", "a 7", "b 7");
});

test("an event waits until the one before it was taken", async () => {
  const taken: (() => void)[] = [];
  open();
  const event = ({ offset }: { offset: number }) =>
    new Promise<void>((resolve) => {
      seen.push(`begun ${offset}`);
      taken.push(resolve);
    });
  live.subscribe("signals", follower("a", { event }));
  const hub = await letIn();
  await admit(hub, 5, false);
  hub.event("signals", 6);
  hub.event("signals", 7);
  await hub.fence();
  expect(seen).toEqual(["a snapshot", "begun 6"]);
  taken[0]?.();
  await told("a snapshot", "begun 6", "begun 7");
});

test("a newer snapshot ends the one that loads", async () => {
  const signals: AbortSignal[] = [];
  const snapshot = (signal: AbortSignal) => {
    signals.push(signal);
    return signals.length === 1 ? new Promise<void>(() => undefined) : undefined;
  };
  open();
  live.subscribe("signals", follower("a", { snapshot }));
  const hub = await letIn();
  await admit(hub, 5, false);
  await vi.waitFor(() => expect(signals).toHaveLength(1));
  hub.event("signals", 6);
  hub.event("signals", 9);
  expect((await hub.inbox.take()).op).toBe("unsub");
  await admit(hub, 9, false);
  hub.event("signals", 10);
  await told("a 10");
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
});

test.each<[string, Partial<Handlers<"signals">>]>([
  ["a snapshot that fails", { snapshot: () => Promise.reject(new Error("no")) }],
  [
    "an event that cannot be applied",
    {
      event: () => {
        throw new Error("no");
      },
    },
  ],
])("%s makes the topic begin anew, later", async (_, handlers) => {
  const onFailure = vi.fn<(topic: string, thrown: unknown) => void>();
  open({ onFailure });
  live.subscribe("signals", follower("a", handlers));
  const hub = await letIn();
  await admit(hub, 5, false);
  hub.event("signals", 6);
  expect((await hub.inbox.take()).op).toBe("unsub");
  expect(onFailure).toHaveBeenCalledWith("signals", new Error("no"));
  await clock.elapse(250, 1000);
  expect(await admit(hub, 6, false)).toBeUndefined();
});
