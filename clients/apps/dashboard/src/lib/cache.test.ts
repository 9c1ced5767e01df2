import type { Execution, Signal } from "@caerus/api/types";
import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, test } from "vitest";

import { keptMarket, withCandle, withQuote } from "./cache";
import { keys } from "./keys";
import { loadSnapshot } from "./live-snapshots";
import { applyEvent } from "./live-table";

const signal = (id: string, my_decision: Signal["my_decision"] = null) => ({ id, status: "open", my_decision }) as Signal;
const execution = (id: string, status: Execution["status"]) => ({ id, status }) as Execution;
const candle = (hour: number, close = "1") => ({
  time: `2026-01-01T0${hour}:00:00Z`,
  open: "1",
  high: "1",
  low: "1",
  close,
  volume: "1",
});

let client: QueryClient;

function say(type: string, data: unknown): void {
  applyEvent(client, { op: "event", topic: "t", offset: 1, at: "2026-01-01T00:00:00Z", type, data });
}

function openIds(): string[] | undefined {
  return client.getQueryData<{ items: Signal[] }>(keys.openSignals)?.items.map((each) => each.id);
}

beforeEach(() => {
  client = new QueryClient();
  client.setQueryData(keys.openSignals, { items: [signal("a", "approved"), signal("b")], next_cursor: null });
});

describe("signals", () => {
  test("a new one comes first", () => {
    say("signal.created", { id: "c", status: "open" });
    expect(openIds()).toEqual(["c", "a", "b"]);
  });

  test("a repeated one changes in place and keeps this user's decision", () => {
    say("signal.created", { id: "a", status: "open" });
    expect(openIds()).toEqual(["a", "b"]);
    expect(client.getQueryData(keys.openSignals)).toMatchObject({ items: [{ my_decision: "approved" }, {}] });
  });

  test.each(["signal.cancelled", "signal.expired"])("%s takes it off the list and keeps its page", (type) => {
    client.setQueryData(keys.signal("a"), signal("a", "approved"));
    say(type, { id: "a", status: "cancelled" });
    expect(openIds()).toEqual(["b"]);
    expect(client.getQueryData(keys.signal("a"))).toMatchObject({ status: "cancelled", my_decision: "approved" });
  });

  test("a decision made elsewhere shows here", () => {
    say("approval.decided", { id: "x", signal_id: "b", decision: "rejected" });
    expect(client.getQueryData(keys.openSignals)).toMatchObject({ items: [{}, { my_decision: "rejected" }] });
  });
});

test("an execution is one row that changes", () => {
  client.setQueryData(keys.executions, { items: [execution("e", "placed")], next_cursor: null });
  say("execution.closed", execution("e", "closed"));
  say("execution.acknowledged", execution("f", "placed"));
  expect(client.getQueryData(keys.executions)).toMatchObject({
    items: [
      { id: "f", status: "placed" },
      { id: "e", status: "closed" },
    ],
  });
});

test("candles stay oldest first, whichever comes when", () => {
  const page = { items: [candle(1), candle(3)] };
  expect(withCandle(page, candle(4)).items.map((each) => each.time[12])).toEqual(["1", "3", "4"]);
  expect(withCandle(page, candle(2)).items.map((each) => each.time[12])).toEqual(["1", "2", "3"]);
  expect(withCandle(page, candle(3, "9")).items).toEqual([candle(1), candle(3, "9")]);
});

describe("quotes", () => {
  const quote = (second: number, bid = "2000.00") => ({ symbol: "X", source: "owner", bid, ask: "2001.00", time: `2026-01-01T00:00:0${second}Z` });
  const at = "2026-01-01T00:00:05Z";
  const hubs = Date.parse(at);
  const nothing = { quote: null, freshMs: 5000 };

  test("an answer tells how far our clock is ahead of the hub's", () => {
    const answer = { ...quote(1), spread: "1.00", stale: true, age_seconds: 4 };
    const kept = keptMarket({ items: [answer], fresh_seconds: 5 }, hubs + 7000);
    expect(kept).toEqual({ quote: { ...quote(1), stale: true, ahead: 7000 }, freshMs: 5000 });
    expect(keptMarket({ items: [], fresh_seconds: 5 }, hubs)).toEqual(nothing);
  });

  test("a newer one replaces what is kept, an older one does not", () => {
    const kept = { ...nothing, quote: { ...quote(2), stale: true, ahead: 7000 } };
    const newer = { ...quote(3, "1999.00"), stale: false, ahead: 7000 };
    expect(withQuote(kept, quote(3, "1999.00"), at, hubs + 7200)).toEqual({ ...nothing, quote: newer });
    expect(withQuote(kept, quote(1), at, hubs + 7200)).toEqual(kept);
  });

  test("one that comes late is no younger for it, and the quickest way is what counts", () => {
    const kept = { ...nothing, quote: { ...quote(2), stale: false, ahead: 7000 } };
    expect(withQuote(kept, quote(3), at, hubs + 100_000).quote?.ahead).toBe(7000);
    expect(withQuote(kept, quote(3), at, hubs + 6900).quote?.ahead).toBe(6900);
    expect(withQuote(nothing, quote(3), at, hubs + 7100).quote?.ahead).toBe(7100);
  });

  test("an event is for the symbol that somebody looks at", () => {
    client.setQueryData(keys.quote("X"), nothing);
    say("quote.changed", quote(1));
    say("quote.changed", { ...quote(1), symbol: "Y" });
    expect(client.getQueryData(keys.quote("X"))).toMatchObject({ quote: quote(1) });
    expect(client.getQueryData(keys.quote("Y"))).toBeUndefined();
  });
});

test("events of other timeframes and unknown types change nothing", () => {
  client.setQueryData(keys.candles("X", "H1"), { items: [candle(1)] });
  say("candle.closed", { symbol: "X", timeframe: "M15", ...candle(2) });
  say("weather.changed", {});
  expect(client.getQueryData(keys.candles("X", "H1"))).toEqual({ items: [candle(1)] });
});

test.each(["positions.changed", "equity.changed"])("%s asks for that account again, and for no other", (type) => {
  client.setQueryData(keys.liveAccount("a"), { account_id: "a" });
  client.setQueryData(keys.liveAccount("b"), { account_id: "b" });
  say(type, { account_id: "a" });
  expect(client.getQueryState(keys.liveAccount("a"))?.isInvalidated).toBe(true);
  expect(client.getQueryState(keys.liveAccount("b"))?.isInvalidated).toBe(false);
});

test.each(["account.verified", "account.lost"])("%s asks for the accounts again", (type) => {
  client.setQueryData(keys.accounts, { items: [] });
  say(type, { id: "a" });
  expect(client.getQueryState(keys.accounts)?.isInvalidated).toBe(true);
});

test("a person's own trading is shown as an event tells it; a switch has it asked for again", () => {
  client.setQueryData(keys.trading, { running: true });
  say("trading.paused", { running: false });
  expect(client.getQueryData(keys.trading)).toEqual({ running: false });
  expect(client.getQueryState(keys.trading)?.isInvalidated).toBe(false);
  say("risk.kill_switch_on", { user_id: null, on: true, reason: "news" });
  expect(client.getQueryData(keys.trading)).toEqual({ running: false });
  expect(client.getQueryState(keys.trading)?.isInvalidated).toBe(true);
});

test.each(["copy.enabled", "copy.suspended", "trading.paused", "risk.kill_switch_off"])("%s asks for copying again", (type) => {
  client.setQueryData(keys.copying, {});
  say(type, {});
  expect(client.getQueryState(keys.copying)?.isInvalidated).toBe(true);
});

test("what guards say is kept by account", () => {
  client.setQueryData(keys.guards, {});
  say("account.guarded", { account_id: "a", outcome: "block" });
  say("account.guarded", { account_id: "b", outcome: "block" });
  say("account.guarded", { account_id: "a", outcome: "ok" });
  expect(client.getQueryData(keys.guards)).toMatchObject({ a: { outcome: "ok" }, b: { outcome: "block" } });
});

test.each(["preflight.issued", "preflight.lost", "preflight.warned"])("%s asks for that account's preflight again", (type) => {
  client.setQueryData(keys.preflight("a"), {});
  client.setQueryData(keys.preflight("b"), {});
  say(type, { account_id: "a" });
  expect(client.getQueryState(keys.preflight("a"))?.isInvalidated).toBe(true);
  expect(client.getQueryState(keys.preflight("b"))?.isInvalidated).toBe(false);
});

test("a snapshot is asked for what the topic keeps, and no more", async () => {
  client.setQueryData(keys.executions, { items: [] });
  await loadSnapshot(client, "executions:u1");
  expect(client.getQueryState(keys.executions)?.isInvalidated).toBe(true);
  expect(client.getQueryState(keys.openSignals)?.isInvalidated).toBe(false);
  client.setQueryData(keys.quote("X"), { quote: null, freshMs: 5000 });
  await loadSnapshot(client, "quotes:X");
  expect(client.getQueryState(keys.quote("X"))?.isInvalidated).toBe(true);
  await loadSnapshot(client, "signals");
  expect(client.getQueryState(keys.openSignals)?.isInvalidated).toBe(true);
});
