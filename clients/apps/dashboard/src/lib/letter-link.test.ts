import { expect, test } from "vitest";

import { tokenIn } from "./letter-link";

test.each([
  ["/verify-email", "#token=abc-_1", "abc-_1"],
  ["/reset-password", "#token=abc", "abc"],
  ["/reset-password/", "#token=abc", "abc"],
  ["/verify-email", "", null],
  ["/verify-email", "#token=", null],
  ["/verify-email", "#main", null],
  ["/", "#token=abc", null],
  ["/signals/token", "#token=abc", null],
])("%s%s has %s", (pathname, hash, token) => {
  expect(tokenIn({ pathname, hash })).toBe(token);
});
