import { expect, test } from "vitest";

import { claimsOf, termOf } from "./claims";

const token = (claims: object) => `h.${btoa(JSON.stringify(claims)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.s`;

test.each([
  [token({ sub: "u1", role: "owner", extra: "~~~???" }), { sub: "u1", role: "owner" }],
  [token({}), { sub: "", role: "" }],
  ["no token", { sub: "", role: "" }],
  ["", { sub: "", role: "" }],
])("%s is read", (given, claims) => {
  expect(claimsOf(given)).toEqual(claims);
});

test.each([
  [token({ iat: 100, exp: 1000 }), { issuedAt: 100_000, expiresAt: 1_000_000 }],
  [token({ iat: 100, exp: 100 }), null],
  [token({ iat: "100", exp: 1000 }), null],
  [token({ sub: "u1" }), null],
  [`h.${btoa("null")}.s`, null],
  ["no token", null],
])("of %s is known how long it is good", (given, term) => {
  expect(termOf(given)).toEqual(term);
});
