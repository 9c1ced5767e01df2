import { Live } from "@caerus/api/live";
import { ProblemError, UNREACHABLE } from "@caerus/api/problem";
import { FakeStream } from "@caerus/api/testing/fake-stream";
import type { Peer } from "@caerus/api/testing/fake-stream";
import { ManualClock } from "@caerus/api/testing/manual-clock";
import type { QueryKey } from "@tanstack/react-query";
import { onlineManager, QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WebSocket as NodeWebSocket } from "ws";

import { keys } from "./keys";
import { loadSnapshot } from "./live-snapshots";

vi.stubGlobal("WebSocket", NodeWebSocket);

const away = () => Promise.reject(new ProblemError(UNREACHABLE));
const refuses = () => Promise.reject(new ProblemError({ title: "Not found", status: 404 }));
const answers = () => Promise.resolve({ items: [] });

let client: QueryClient;
let leave: (() => void)[];

/** A query that something on the page shows, loaded once already. */
function shown(queryKey: QueryKey, load: () => Promise<unknown>): void {
  client.setQueryData(queryKey, "as it was");
  leave.push(new QueryObserver(client, { queryKey, queryFn: load, retry: false, staleTime: Infinity }).subscribe(() => undefined));
}

beforeEach(() => {
  client = new QueryClient();
  leave = [];
});

afterEach(() => {
  for (const each of leave) each();
  onlineManager.setOnline(true);
});

test("what was loaded settles it", async () => {
  shown(keys.executions, answers);
  await loadSnapshot(client, "executions:u1");
  expect(client.getQueryData(keys.executions)).toEqual({ items: [] });
});

test("what could not be fetched was not loaded", async () => {
  shown(keys.executions, away);
  await expect(loadSnapshot(client, "executions:u1")).rejects.toThrow(ProblemError);
});

test("one of several that could not be fetched is enough", async () => {
  shown(keys.liveAccount("a"), answers);
  shown(keys.liveAccount("b"), away);
  await expect(loadSnapshot(client, "positions:u1")).rejects.toThrow(ProblemError);
});

test("what waits for the network was not loaded", async () => {
  shown(keys.executions, answers);
  onlineManager.setOnline(false);
  await expect(loadSnapshot(client, "executions:u1")).rejects.toThrow("could not be loaded");
});

test("what the hub refuses for good is an answer, as of a signal that is not there", async () => {
  shown(keys.openSignals, answers);
  shown(keys.signal("none"), refuses);
  await loadSnapshot(client, "signals");
});

test("what nobody shows, and what may not be fetched, is not waited for", async () => {
  client.setQueryData(keys.executions, "as it was");
  const idle = new QueryObserver(client, { queryKey: [...keys.executions, "off"], queryFn: away, enabled: false });
  leave.push(idle.subscribe(() => undefined));
  await loadSnapshot(client, "executions:u1");
});

test("a topic whose snapshot failed is left, and begins anew: later each time, until one was loaded", async () => {
  const load = vi.fn(answers).mockImplementationOnce(away).mockImplementationOnce(away);
  shown(keys.executions, load);
  const [clock, stream, taken] = [new ManualClock(), await FakeStream.open(), vi.fn<() => void>()];
  const live = new Live({ url: stream.url, token: () => "t1", renew: () => Promise.resolve(true), clock, random: () => 0.5 });
  live.subscribe("executions:u1", { snapshot: () => loadSnapshot(client, "executions:u1"), event: taken });
  live.start();
  const hub = await (await stream.knocks.take()).accept();
  expect((await hub.inbox.take()).op).toBe("auth");
  hub.send({ op: "ready", session: "s1", heartbeat: 30 });
  for (const milliseconds of [250, 500]) {
    await begun(hub);
    hub.event("executions:u1", 6);
    expect((await hub.inbox.take()).op).toBe("unsub");
    await clock.elapse(milliseconds, 1000);
  }
  expect(taken).not.toHaveBeenCalled();
  await begun(hub);
  hub.event("executions:u1", 6);
  await vi.waitFor(() => expect(taken).toHaveBeenCalledTimes(1));
  expect(load).toHaveBeenCalledTimes(3);
  live.stop();
  await stream.close();
});

/** Answer a subscription that asks for no history. */
async function begun(hub: Peer): Promise<void> {
  const asked = await hub.inbox.take();
  if (asked.op !== "sub") throw new Error(`expected sub, got ${asked.op}`);
  expect(asked.since).toBeUndefined();
  hub.send({ op: "sub", id: asked.id, topic: asked.topic, epoch: "e", offset: 5, recovered: false });
}
