import type { Caps } from "@caerus/api/types";
import { expect, test } from "vitest";

import type { Limit } from "./limits";
import { changedOf, limitOf, LIMITS, limitText, meaning, patternOf, sourceOf, typedOf } from "./limits";

const house: Caps = {
  max_drawdown_bp: 1000,
  min_equity: 50_000,
  liquidation_drawdown_bp: 2000,
  liquidation_equity: 10_000,
  max_exposure_bp: 5000,
  max_trade_risk_bp: 200,
  daily_stop_bp: 1000,
  max_leverage_x100: null,
};
const limit = (name: Limit["name"]) => LIMITS.find((each) => each.name === name) as Limit;
const [share, amount, times] = [limit("max_drawdown_bp"), limit("min_equity"), limit("max_leverage_x100")];

test("every limit is told once", () => {
  expect(LIMITS.map(({ name }) => name).toSorted()).toEqual(Object.keys(house).toSorted());
  for (const each of LIMITS) expect(each.means).toContain("$");
});

test.each([
  [share, 1250, "USD", "12.5 %"],
  [amount, 50_000, "USD", "500.00 USD"],
  [amount, 5_000_000, "JPY", "50,000 JPY"],
  [amount, 150, "JPY", "1.5 JPY"],
  [amount, 50_000, "KWD", "500.00 KWD"],
  [amount, 50_000, null, "500.00 in the account's currency"],
  [times, 3000, "USD", "30 times"],
  [times, null, "USD", "no limit"],
])("a limit in words", (each, value, currency, text) => {
  expect(limitText(each, value, currency)).toBe(text);
});

test("what happens at a limit is a sentence", () => {
  expect(meaning(share, 1000, "USD")).toBe("No new trade once equity is 10 % below its highest.");
  expect(meaning(times, null, "USD")).toBe("There is no limit of it.");
});

test.each([
  ["10", share, "USD", 1000],
  ["0.29", share, "USD", 29],
  ["1,5", share, "USD", 150],
  [" 500 ", amount, "USD", 50_000],
  ["500.05", amount, "USD", 50_005],
  ["50000", amount, "JPY", 5_000_000],
  ["1.23", amount, "KWD", 123],
  ["", share, "USD", null],
])("%j is read exactly", (typed, each, currency, value) => {
  expect(limitOf(each, typed, currency)).toBe(value);
});

test.each([
  ["1.234", share, "USD"],
  ["10,000", amount, "USD"],
  ["1.5", amount, "JPY"],
  ["1.234", amount, "KWD"],
  ["-1", share, "USD"],
  ["1e3", share, "USD"],
  ["ten", share, "USD"],
])("%j is kept away, and never read as none", (typed, each, currency) => {
  expect(new RegExp(`^(?:${patternOf(each, currency)})$`).test(typed)).toBe(false);
  expect(() => limitOf(each, typed, currency)).toThrow(RangeError);
});

test.each([
  [share, 1250, "USD", "12.5"],
  [share, 1000, "USD", "10"],
  [amount, 50_000, "USD", "500.00"],
  [amount, 5_000_000, "JPY", "50000"],
  [times, null, "USD", ""],
  [times, undefined, "USD", ""],
])("what is typed is what was shown", (each, value, currency, typed) => {
  expect(typedOf(each, value, currency)).toBe(typed);
  expect(limitOf(each, typed, currency)).toBe(value ?? null);
});

test("a form says what was changed, an empty field that there is none any more", () => {
  const before = { max_drawdown_bp: 500, min_equity: 60_000 };
  const changed = (drawdown: string, equity: string) =>
    changedOf([share, amount, times], before, (name) => ({ max_drawdown_bp: drawdown, min_equity: equity })[name as "min_equity"] ?? "", "USD");
  expect(changed("5", "600.00")).toEqual({});
  expect(changed("4", "600")).toEqual({ max_drawdown_bp: 400 });
  expect(changed("", "700")).toEqual({ max_drawdown_bp: null, min_equity: 70_000 });
});

test("a limit is one's own, the house's, or follows from another of one's own", () => {
  const own = { liquidation_drawdown_bp: 800, daily_stop_bp: 500, max_trade_risk_bp: 300 };
  const effective = { ...house, liquidation_drawdown_bp: 800, max_drawdown_bp: 800, daily_stop_bp: 500 };
  const made = { effective, base: house, own };
  expect(sourceOf(made, "daily_stop_bp")).toBe("own");
  expect(sourceOf(made, "liquidation_drawdown_bp")).toBe("own");
  expect(sourceOf(made, "max_drawdown_bp")).toBe("follows");
  expect(sourceOf(made, "max_exposure_bp")).toBe("house");
  expect(sourceOf(made, "max_leverage_x100")).toBe("house");
  // What the owner has made tighter since.
  expect(sourceOf(made, "max_trade_risk_bp")).toBe("house");
});
