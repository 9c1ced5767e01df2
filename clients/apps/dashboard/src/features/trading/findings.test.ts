import type { Finding } from "@caerus/api/types";
import { expect, test } from "vitest";

import { figuresText, findingSubject, findingTitle } from "./findings";

test.each([
  ["algo_off", "Algo Trading is off"],
  ["contract_size", "Other contract size than strategies reckon with"],
] as const)("%s in words", (reason, text) => {
  expect(findingTitle({ reason })).toBe(text);
});

test.each([
  [{ instrument: "XAUUSD", symbol: "GOLD.a" }, "XAUUSD (GOLD.a)"],
  [{ instrument: "XAUUSD", symbol: "XAUUSD" }, "XAUUSD"],
  [{ instrument: "XAUUSD", symbol: null }, "XAUUSD"],
  [{ instrument: null, symbol: "BTCUSD" }, "BTCUSD"],
  [{ instrument: null, symbol: null }, null],
])("what %j is about", (finding, text) => {
  expect(findingSubject(finding)).toBe(text);
});

test("figures are told by name", () => {
  expect(figuresText({ figures: { found: "10", needed: "100" } } as Pick<Finding, "figures">)).toBe("found 10, needed 100");
  expect(figuresText({ figures: {} })).toBe("");
});
