import { expect, test } from "vitest";

import { claimsOf } from "./claims";

const token = (claims: object) => `h.${btoa(JSON.stringify(claims)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.s`;

test.each([
  [token({ sub: "u1", role: "owner", extra: "~~~???" }), { sub: "u1", role: "owner" }],
  [token({}), { sub: "", role: "" }],
  ["no token", { sub: "", role: "" }],
  ["", { sub: "", role: "" }],
])("%s is read", (given, claims) => {
  expect(claimsOf(given)).toEqual(claims);
});
