import type { Signal } from "@caerus/api/types";
import { expect, test } from "vitest";

import { pointsText, scaleOf } from "./points";
import { ageOf, beyondText, brokenBounds, driftOf, fromEntry, fromEntryText, isFresh, spreadOf } from "./quote";

const gold = scaleOf({ digits: 2, point: "0.01" });
const euro = scaleOf({ digits: 5, point: "0.00001" });
const kept = { symbol: "XAUUSD", source: "owner", time: "2026-01-01T00:00:00Z", bid: "2000.00", ask: "2000.20", stale: false, ahead: 60_000 };

function setup(side: Signal["side"], order_type: Signal["order_type"] = "limit") {
  const [stop, target] = side === "buy" ? ["1990.00", "2020.00"] : ["2010.00", "1980.00"];
  return { side, order_type, entry: "2000.00", stop, target };
}

function at(bid: string, ask: string) {
  return { bid, ask };
}

test("a point is what the hub says it is, and need not be the last digit", () => {
  expect(gold.points(0.01)).toBe(1);
  expect(euro.points(0.00001)).toBe(1);
  expect(scaleOf({ digits: 2, point: "0.25" }).points(1.5)).toBe(6);
});

test.each([
  [1, "1 point"],
  [0, "0 points"],
  [20.04, "20 points"],
  [3354.5, "3,354.5 points"],
])("%d is %s", (points, text) => {
  expect(pointsText(points)).toBe(text);
});

test("a quote grows old by the hub's clock, not by the difference of ours", () => {
  const quoted = Date.parse(kept.time) + kept.ahead;
  expect(ageOf(kept, quoted + 5500)).toBe(5500);
  expect(ageOf(kept, quoted - 100)).toBe(0);
});

test.each([
  [29_999, false, true],
  [30_000, false, false],
  [0, true, false],
])("a quote of %d ms, stale to the hub: %s, is fresh within 30 s: %s", (age, stale, fresh) => {
  expect(isFresh({ ...kept, stale }, age, 30_000)).toBe(fresh);
});

test("the spread has no dust of floating point", () => {
  expect(gold.points(spreadOf(at("2000.10", "2000.30")))).toBe(20);
  expect(euro.points(spreadOf(at("1.10001", "1.10014")))).toBe(13);
});

test.each([
  ["buy", at("1999.00", "1999.50"), "50 points below the entry"],
  ["buy", at("2000.00", "2000.20"), "20 points above the entry"],
  ["buy", at("1999.80", "2000.00"), "at the entry"],
  ["sell", at("2033.55", "2034.00"), "3,355 points above the entry"],
] as const)("a %s at %j is %s", (side, prices, text) => {
  expect(fromEntryText(fromEntry(setup(side), prices), gold)).toBe(text);
});

test.each([
  ["a limit that waits", "buy", "limit", at("2009.80", "2010.00"), 0],
  ["a limit that is reached, ten points to the passive side", "buy", "limit", at("1999.30", "1999.50"), 60],
  ["a limit at its price", "sell", "limit", at("2000.00", "2000.20"), 10],
  ["a limit to sell that is passed", "sell", "limit", at("2000.50", "2000.70"), 60],
  ["a stop that waits", "buy", "stop", at("1989.80", "1990.00"), 0],
  ["a stop that is passed", "buy", "stop", at("2000.30", "2000.50"), 50],
  ["a stop to sell that is passed", "sell", "stop", at("1999.50", "1999.70"), 50],
  ["the market above", "buy", "market", at("2000.30", "2000.50"), 50],
  ["the market below", "buy", "market", at("1999.30", "1999.50"), 50],
] as const)("drift of %s (%s %s at %j) is %d", (_, side, type, prices, drift) => {
  expect(driftOf(setup(side, type), prices, gold)).toBe(drift);
});

test.each([
  ["buy", at("1990.01", "1990.21"), null],
  ["buy", at("1990.00", "1990.20"), "The market is beyond the stop already."],
  ["buy", at("2019.99", "2020.19"), null],
  ["buy", at("2020.00", "2020.20"), "The market is past the target already."],
  ["sell", at("2009.80", "2010.00"), "The market is beyond the stop already."],
  ["sell", at("1979.80", "1980.00"), "The market is past the target already."],
  ["sell", at("1979.81", "1980.01"), null],
] as const)("a %s at %j: %s", (side, prices, text) => {
  expect(beyondText(setup(side), prices)).toBe(text);
});

test.each([
  [null, []],
  [{ max_drift_points: 60, max_spread_points: 20 }, []],
  [{ max_drift_points: 59 }, ["An order would work 60 points from the entry now, 59 are allowed."]],
  [{ max_spread_points: 0, max_drift_points: null }, ["The spread is 20 points now, 0 are allowed."]],
])("limits %j: %j", (bounds, told) => {
  const seen = { quote: { ...kept, bid: "1999.30", ask: "1999.50" }, age: 0, fresh: true };
  expect(brokenBounds(setup("buy"), seen, gold, bounds)).toEqual(told);
  for (const nothing of [null, undefined, { ...seen, fresh: false }]) expect(brokenBounds(setup("buy"), nothing, gold, bounds)).toEqual([]);
  expect(brokenBounds(setup("buy"), seen, null, bounds)).toEqual([]);
});
