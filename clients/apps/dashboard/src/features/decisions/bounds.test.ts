import { expect, test } from "vitest";

import { NO_BOUNDS, toBounds } from "./bounds";

const now = Date.parse("2026-01-01T00:00:00Z");

test.each([
  [NO_BOUNDS, null],
  [{ ...NO_BOUNDS, minutes: "30" }, { valid_until: "2026-01-01T00:30:00.000Z" }],
  [{ minutes: "", drift: "50", spread: "0" }, { max_drift_points: 50, max_spread_points: 0 }],
  [{ minutes: "-1", drift: "1.5", spread: "x" }, null],
])("%j sends %j", (input, bounds) => {
  expect(toBounds(input, now)).toEqual(bounds);
});
