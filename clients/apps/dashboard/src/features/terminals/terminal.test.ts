import { expect, test } from "vitest";

import { ageText, graceText, skewText, stateOf } from "./terminal";

const NOW = Date.parse("2026-01-01T12:00:00Z");

test.each([
  ["2026-01-01T11:59:58Z", null, "live"],
  ["2026-01-01T11:59:01Z", null, "live"],
  ["2026-01-01T11:59:00Z", null, "silent"],
  ["2025-12-01T00:00:00Z", null, "silent"],
  // The page's clock may be behind the hub's.
  ["2026-01-01T12:00:09Z", null, "live"],
  [null, null, "never"],
  ["2026-01-01T11:59:58Z", "2026-01-01T11:59:59Z", "revoked"],
  [null, "2026-01-01T11:59:59Z", "revoked"],
] as const)("heard %s and revoked %s is %s", (last_seen_at, revoked_at, state) => {
  expect(stateOf({ last_seen_at, revoked_at }, NOW)).toBe(state);
});

test.each([
  [null, null],
  ["2026-01-02T15:00:00Z", "The new key has not been used yet: put it into the terminal. The key before is good for another 1 d 3 h."],
  ["2026-01-01T12:00:00Z", "The new key has not been used yet: put it into the terminal. The key before is good no longer."],
])("a key before that is good until %s", (previous_until, text) => {
  expect(graceText({ previous_until }, NOW)).toBe(text);
});

test.each([
  ["2025-10-03T12:00:01Z", null],
  ["2025-10-03T12:00:00Z", "Its key is 90 days old: make a new one, and put it into the terminal."],
])("a key of %s that is good for 90 days", (keyed_at, text) => {
  expect(ageText({ keyed_at }, 90, NOW)).toBe(text);
});

test.each([
  [null, null],
  [0, null],
  [2000, null],
  [-2000, null],
  [3400, "Its clock is 3 s behind: let its computer set the time by itself."],
  [-90_000, "Its clock is 1 min ahead: let its computer set the time by itself."],
])("a skew of %j ms", (skew, text) => {
  expect(skewText(skew)).toBe(text);
});
