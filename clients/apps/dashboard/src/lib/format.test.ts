import { expect, test } from "vitest";

import { clock, day, feature, moment, price, span, words } from "./format";

test.each([
  ["2345.1", "2345.10"],
  ["2345.12000000", "2345.12"],
  ["1.08431", "1.08431"],
  ["100", "100.00"],
  [null, "–"],
])("price %j reads %s", (value, text) => {
  expect(price(value)).toBe(text);
});

test.each([
  [-5, "0 s"],
  [999, "0 s"],
  [42_000, "42 s"],
  [60_000, "1 min"],
  [5 * 60_000 + 59_000, "5 min"],
  [3_600_000, "1 h"],
  [2 * 3_600_000 + 5 * 60_000, "2 h 5 min"],
  [26 * 3_600_000, "1 d 2 h"],
])("%i ms is %s", (milliseconds, text) => {
  expect(span(milliseconds)).toBe(text);
});

test("times are UTC whatever the machine says", () => {
  expect(moment("2026-03-01T23:05:09Z")).toBe("01 Mar 2026, 23:05 UTC");
  expect(day("2026-03-01T23:05:09-05:00")).toBe("02 Mar 2026");
  expect(clock("2026-03-01T23:05:09+01:00")).toBe("22:05:09 UTC");
});

test.each([
  [0.1 + 0.2, "0.3"],
  [30.91807, "30.9181"],
  [-0.87148678, "−0.8715"],
  [1800, "1800"],
  [true, "true"],
  ["x", "x"],
  [null, "–"],
  [{ a: [1] }, '{"a":[1]}'],
])("feature %j reads %s", (value, text) => {
  expect(feature(value)).toBe(text);
});

test.each([
  ["fib_rsi", "Fib RSI"],
  ["rsi_roc_24_lag1", "RSI ROC 24 lag 1"],
  ["stop_loss", "Stop loss"],
])("%s reads %s", (name, text) => {
  expect(words(name)).toBe(text);
});
