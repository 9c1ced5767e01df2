import { expect, test } from "vitest";

import { backoff, longPause } from "./backoff";

test.each([
  [0, 0, 0],
  [0, 1, 500],
  [3, 0, 0],
  [3, 0.5, 2000],
  [50, 1, 20_000],
])("attempt %i with random %f waits %i ms", (attempt, random, wait) => {
  expect(backoff(attempt, () => random)).toBe(wait);
});

test.each([
  [0, 30_000],
  [0.5, 45_000],
  [1, 60_000],
])("a long pause with random %f is %i ms", (random, wait) => {
  expect(longPause(() => random)).toBe(wait);
});
