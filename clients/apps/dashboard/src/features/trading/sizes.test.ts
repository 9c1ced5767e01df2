import { expect, test } from "vitest";

import { sizeText } from "./sizes";

test.each([
  [{ mode: "fixed_risk", bp: 150 }, "A trade loses at most 1.5 % of equity at its stop."],
  [{ mode: "fraction", bp: 2500 }, "A trade takes 25 % of free margin."],
  [{ mode: "all_in", bp: 10_000 }, "A trade takes all free margin."],
] as const)("%j in words", (size, text) => {
  expect(sizeText(size)).toBe(text);
});
