import { expect, test } from "vitest";

import { distanceText, riskReward, riskRewardText, share } from "./levels";
import type { Levels } from "./levels";

const long: Levels = { side: "buy", entry: "100", stop: "98", target: "105" };
const short: Levels = { side: "sell", entry: "100", stop: "101", target: "97" };

test.each([
  [long, 2.5],
  [short, 3],
  [{ ...long, stop: "100" }, null],
  [{ ...long, stop: "101" }, null],
  [{ ...short, target: "103" }, null],
  [{ ...long, target: "x" }, null],
])("%j rewards %d", (levels, ratio) => {
  expect(riskReward(levels)).toBe(ratio);
});

test("reward is written per one of risk", () => {
  expect(riskRewardText(long)).toBe("1 : 2.5");
  expect(riskRewardText({ ...long, stop: "100" })).toBe("–");
});

test("distances are signed by profit, not by direction", () => {
  expect(distanceText(long, "105")).toBe("+5.00 %");
  expect(distanceText(short, "97")).toBe("+3.00 %");
  expect(distanceText(short, "101")).toBe("−1.00 %");
});

test.each([
  [0, 0],
  [0.73, 0.73],
  [1, 1],
  [73, 0.73],
  ["0.5", 0.5],
  [-1, null],
  [101, null],
  ["", null],
  [undefined, null],
  [true, null],
])("share of %j is %j", (value, wanted) => {
  expect(share(value)).toBe(wanted);
});
