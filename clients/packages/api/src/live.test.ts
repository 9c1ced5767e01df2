import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WebSocket as NodeWebSocket } from "ws";

import { FakeStream } from "./fake-stream";
import type { Peered } from "./fake-stream";
import { CLOSE, SUBPROTOCOL } from "./frames";
import { Live } from "./live";
import type { LiveOptions } from "./live";

vi.stubGlobal("WebSocket", NodeWebSocket);

let stream: FakeStream;
let live: Live;
let seen: number[];
let resets: string[];

function open(options: Partial<LiveOptions> = {}): Live {
  live = new Live({
    url: stream.url,
    token: () => "t1",
    renew: () => Promise.resolve(true),
    onEvent: (frame) => seen.push(frame.offset),
    onReset: (topic) => resets.push(topic),
    delay: () => 1,
    ...options,
  });
  live.start();
  return live;
}

function state(wanted: string): Promise<void> {
  return vi.waitFor(() => expect(live.status.get().state).toBe(wanted));
}

/** A page that follows `signals` and stands at offset 5 of epoch `e`. */
async function standing(options: Partial<LiveOptions> = {}): Promise<Peered> {
  open(options).follow("signals");
  const hub = await stream.connections.take();
  await hub.greet();
  await hub.admit({ epoch: "e", offset: 5, recovered: false });
  await vi.waitFor(() => expect(resets).toEqual(["signals"]));
  resets.length = 0;
  return hub;
}

beforeEach(async () => {
  seen = [];
  resets = [];
  stream = await FakeStream.open();
});

afterEach(async () => {
  live.stop();
  await stream.close();
});

describe("connecting", () => {
  test("offers the subprotocol and sends the token first, never in the address", async () => {
    open();
    const hub = await stream.connections.take();
    expect(hub.protocol).toBe(SUBPROTOCOL);
    expect(await hub.greet()).toBe("t1");
    await state("live");
  });

  test("a first subscribe asks for no history and loads the snapshot", async () => {
    open().follow("signals");
    const hub = await stream.connections.take();
    await hub.greet();
    const asked = await hub.admit({ epoch: "e", offset: 5, recovered: true });
    expect(asked.since).toBeUndefined();
    await vi.waitFor(() => expect(resets).toEqual(["signals"]));
  });

  test("a renewed token is presented on the open socket", async () => {
    let token = "t1";
    const hub = await standing({ token: () => token });
    token = "t2";
    live.authenticate();
    expect((await hub.expect("auth")).token).toBe("t2");
    hub.send({ op: "ready", session: "s1", heartbeat: 30 });
    hub.event("signals", 6);
    await vi.waitFor(() => expect(seen).toEqual([6]));
  });

  test("stop leaves nothing connected", async () => {
    const hub = await standing();
    live.stop();
    await hub.closed;
    expect(live.status.get().state).toBe("offline");
  });
});

describe("events", () => {
  test("are delivered once, in order, and dated", async () => {
    const hub = await standing();
    for (const offset of [5, 6, 6, 7]) hub.event("signals", offset);
    await vi.waitFor(() => expect(seen).toEqual([6, 7]));
    expect(live.status.get().lastEventAt).toBe("2026-01-01T00:00:07Z");
  });

  test("a gap is asked for again from the last one seen, and filled", async () => {
    const hub = await standing();
    hub.event("signals", 6);
    hub.event("signals", 9);
    await hub.expect("unsub");
    const asked = await hub.admit({ epoch: "e", offset: 9, recovered: true });
    expect(asked.since).toEqual({ epoch: "e", offset: 6 });
    for (const offset of [7, 8, 9]) hub.event("signals", offset);
    await vi.waitFor(() => expect(seen).toEqual([6, 7, 8, 9]));
    expect(resets).toEqual([]);
  });

  test("a gap the history cannot fill ends in a snapshot", async () => {
    const hub = await standing();
    hub.event("signals", 9);
    await hub.expect("unsub");
    await hub.admit({ epoch: "e", offset: 9, recovered: true });
    hub.event("signals", 10);
    await hub.expect("unsub");
    const asked = await hub.admit({ epoch: "e", offset: 10, recovered: false });
    expect(asked.since).toBeUndefined();
    hub.event("signals", 11);
    await vi.waitFor(() => expect(seen).toEqual([11]));
    expect(resets).toEqual(["signals"]);
  });

  test("of a topic nobody follows any more are dropped", async () => {
    open();
    const leave = live.follow("signals");
    const hub = await stream.connections.take();
    await hub.greet();
    await hub.admit({ epoch: "e", offset: 5, recovered: false });
    leave();
    expect((await hub.expect("unsub")).topic).toBe("signals");
    hub.event("signals", 6);
    live.follow("ops");
    await hub.admit({ epoch: "o", offset: 0, recovered: false });
    await vi.waitFor(() => expect(resets).toContain("ops"));
    expect(seen).toEqual([]);
  });
});

describe("coming back", () => {
  test.each(Object.values(CLOSE).filter((code) => code !== CLOSE.UNAUTHENTICATED && code !== CLOSE.PROTOCOL))("after %i it resumes and misses nothing", async (code) => {
    const hub = await standing();
    hub.event("signals", 6);
    hub.close(code);
    const next = await stream.connections.take();
    await next.greet();
    const asked = await next.admit({ epoch: "e", offset: 8, recovered: true });
    expect(asked.since).toEqual({ epoch: "e", offset: 6 });
    next.event("signals", 7);
    next.event("signals", 8);
    await vi.waitFor(() => expect(seen).toEqual([6, 7, 8]));
    expect(resets).toEqual([]);
  });

  test("missed events may also come before the answer to the subscribe", async () => {
    const hub = await standing();
    hub.close(1012);
    const next = await stream.connections.take();
    await next.greet();
    const asked = await next.expect("sub");
    next.event("signals", 6);
    next.send({ op: "sub", id: asked.id, topic: "signals", epoch: "e", offset: 6, recovered: true });
    next.event("signals", 7);
    await vi.waitFor(() => expect(seen).toEqual([6, 7]));
    expect(resets).toEqual([]);
  });

  test("with the history gone it loads the snapshot and goes on from the new place", async () => {
    const hub = await standing();
    hub.close(1012);
    const next = await stream.connections.take();
    await next.greet();
    await next.admit({ epoch: "f", offset: 1, recovered: false });
    next.event("signals", 2);
    await vi.waitFor(() => expect(seen).toEqual([2]));
    expect(resets).toEqual(["signals"]);
  });

  test("4001 renews the token before it comes back", async () => {
    let token = "t1";
    const renew = () => {
      token = "t2";
      return Promise.resolve(true);
    };
    const hub = await standing({ token: () => token, renew });
    hub.close(4001);
    expect(await (await stream.connections.take()).greet()).toBe("t2");
    await state("live");
  });

  test("4001 with the session over stays away", async () => {
    const hub = await standing({ renew: () => Promise.resolve(false) });
    hub.close(4001);
    await state("offline");
  });

  test("4002 does not come back at once, but does when woken", async () => {
    const hub = await standing();
    hub.close(4002);
    await state("offline");
    live.wake();
    const next = await stream.connections.take();
    await next.greet();
    expect((await next.expect("sub")).since).toBeUndefined();
  });

  test("a silent connection is given up after two heartbeats", async () => {
    open();
    const hub = await stream.connections.take();
    await hub.greet(0.02);
    await hub.expect("ping");
    await hub.closed;
    await (await stream.connections.take()).greet();
    await state("live");
  });

  test("an answered heartbeat keeps it", async () => {
    open();
    const hub = await stream.connections.take();
    await hub.greet(0.02);
    for (let beat = 0; beat < 5; beat += 1) {
      await hub.expect("ping");
      hub.send({ op: "pong" });
    }
    expect(live.status.get().state).toBe("live");
  });

  test("a topic that failed at the hub is asked for again", async () => {
    open().follow("signals");
    const hub = await stream.connections.take();
    await hub.greet();
    const asked = await hub.expect("sub");
    hub.send({ op: "error", id: asked.id, problem: { title: "Busy", status: 503 } });
    const next = await stream.connections.take();
    await next.greet();
    expect((await next.expect("sub")).topic).toBe("signals");
  });
});
