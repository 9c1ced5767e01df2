import { expect, test } from "vitest";

import { backoff } from "./backoff";

test.each([
  [0, 0, 250],
  [0, 1, 500],
  [3, 0, 2000],
  [3, 0.5, 3000],
  [50, 1, 15_000],
])("attempt %i with random %f waits %i ms", (attempt, random, wait) => {
  expect(backoff(attempt, 500, 15_000, () => random)).toBe(wait);
});
