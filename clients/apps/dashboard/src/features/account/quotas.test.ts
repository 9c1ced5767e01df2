import { expect, test } from "vitest";

import { quotaName, startsAnew, usage, usedShare } from "./quotas";

test.each([
  ["approvals", "day", "Approvals today"],
  ["approvals", "month", "Approvals this month"],
  ["devices", "standing", "Devices"],
] as const)("%s of a %s is %s", (key, period, name) => {
  expect(quotaName({ key, period })).toBe(name);
});

test.each([
  [0, 200, "0 of 200", 0],
  [50, 200, "50 of 200", 0.25],
  [7, 5, "7 of 5", 1],
  [0, 0, "0 of 0", 1],
  [9, null, "9, no limit", 0],
])("%i of %j reads %s", (used, limit, words, share) => {
  expect([usage({ used, limit }), usedShare({ used, limit })]).toEqual([words, share]);
});

test("what resets says when, what stands says nothing", () => {
  const now = Date.parse("2026-01-01T20:30:00Z");
  expect(startsAnew({ resets_at: "2026-01-02T00:00:00Z" }, now)).toBe("anew in 3 h 30 min");
  expect(startsAnew({ resets_at: null }, now)).toBeNull();
});
