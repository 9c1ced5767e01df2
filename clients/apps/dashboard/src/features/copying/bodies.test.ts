import { expect, test } from "vitest";

import { copyBody, copyLimitsBody } from "./bodies";

const typed = (form: Record<string, string>) => (name: string) => form[name] ?? "";
const nothing = { max_trades_a_day: null, max_volume: null };
const own = { max_trades_a_day: 10, max_volume: "5" };

test.each([
  [{ percent: "100", drift: "50", spread: "" }, { multiplier_bp: 10_000, max_drift_points: 50, max_spread_points: null }],
  [{ percent: "0,29", drift: "0", spread: "7" }, { multiplier_bp: 29, max_drift_points: 0, max_spread_points: 7 }],
])("%j turns copying on with %j", (form, body) => {
  expect(copyBody("v1", typed(form))).toEqual({ consent_version: "v1", ...body });
});

test.each([
  [own, { max_trades_a_day: "10", max_volume: "5" }, {}],
  [own, { max_trades_a_day: "3", max_volume: "0,5" }, { max_trades_a_day: 3, max_volume: "0.5" }],
  [own, { max_trades_a_day: "", max_volume: " " }, nothing],
  [nothing, { max_trades_a_day: "", max_volume: "" }, {}],
  [nothing, { max_trades_a_day: "10", max_volume: "5" }, own],
])("where %j is one's own, %j names %j", (before, form, body) => {
  expect(copyLimitsBody({ max_drawdown_bp: 500 }, before, typed(form))).toEqual({ max_drawdown_bp: 500, ...body });
});
