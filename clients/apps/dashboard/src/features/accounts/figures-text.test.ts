import { expect, test } from "vitest";

import { doubtText, drawdownText } from "./figures-text";

test("a doubt says why, and that the figures are older", () => {
  expect(doubtText(null)).toBeNull();
  expect(doubtText("equity_missing")).toMatch(/no equity.*the one before/);
  expect(doubtText("equity_zero")).toMatch(/equity is 0.*the one before/);
});

test.each([
  ["0.00", "0.00 %"],
  ["12.34", "12.34 %"],
  [null, "–"],
])("a drawdown of %j reads %s", (percent, text) => {
  expect(drawdownText(percent)).toBe(text);
});
