import { expect, test } from "vitest";

import { barAt, digitsOf, extendsBy1, seconds, toBar } from "./bars";

const candle = (hour: number, close = "1.5") => ({
  time: `2026-01-01T0${hour}:00:00Z`,
  open: "1.0",
  high: "2.0",
  low: "0.5",
  close,
});
const bars = (...hours: number[]) => hours.map((hour) => toBar(candle(hour)));

test("a candle becomes a bar in seconds and numbers", () => {
  expect(toBar(candle(1))).toEqual({ time: 1767229200, open: 1, high: 2, low: 0.5, close: 1.5 });
});

test.each([
  ["2026-01-01T02:00:00Z", 2],
  ["2026-01-01T02:59:59Z", 2],
  ["2026-01-01T09:00:00Z", 3],
])("the bar at %s opened at %i", (at, hour) => {
  expect(barAt(bars(1, 2, 3), at)?.time).toBe(seconds(candle(hour).time));
});

test("before the first bar there is none", () => {
  expect(barAt(bars(1), "2025-12-31T00:00:00Z")).toBeNull();
});

test.each([
  ["one more", bars(1, 2), bars(1, 2, 3), true],
  ["same", bars(1, 2), bars(1, 2), true],
  ["two more", bars(1, 2), bars(1, 2, 3, 4), false],
  ["another window", bars(1, 2), bars(2, 3), false],
  ["fewer", bars(1, 2), bars(1), false],
  ["from nothing", bars(), bars(1), false],
])("%s", (_name, before, next, wanted) => {
  expect(extendsBy1(before, next)).toBe(wanted);
});

test.each([
  [["2345.1", "2345.12"], 2],
  [["1.08431", "1.08"], 5],
  [["1.0843100000"], 5],
  [["100"], 2],
])("digits of %j are %i", (prices, digits) => {
  expect(digitsOf(prices)).toBe(digits);
});
