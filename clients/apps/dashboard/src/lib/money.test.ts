import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { DIGITS, money } from "./money";

test("minor units are counted as the hub counts them", () => {
  const written = readFileSync(fileURLToPath(new URL("../../../../../hub/core/money.py", import.meta.url)), "utf8");
  const groups = written.matchAll(/dict\.fromkeys\(\s*\(([^)]+)\), (\d)/g);
  const known = [...groups].flatMap(([, currencies = "", digits]) => (currencies.match(/\w+/g) ?? []).map((each) => [each, Number(digits)] as const));
  expect(known.length).toBeGreaterThan(0);
  expect(new Map(known)).toEqual(DIGITS);
});

test.each([
  [1_000_000, "USD", "10,000.00 USD"],
  [-1205, "EUR", "−12.05 EUR"],
  [1500, "JPY", "1,500 JPY"],
  [1500, "IQD", "1.500 IQD"],
  [5, "USDT", "0.05 USDT"],
])("%i of %s reads %s", (amount_minor, currency, text) => {
  expect(money({ amount_minor, currency })).toBe(text);
});

test("what is not known is a dash", () => {
  expect(money(null)).toBe("–");
});
