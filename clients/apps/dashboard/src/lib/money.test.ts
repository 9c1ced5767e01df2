import { expect, test } from "vitest";

import { money } from "./money";

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
