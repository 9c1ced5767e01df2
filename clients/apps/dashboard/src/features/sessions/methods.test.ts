import { expect, test } from "vitest";

import { methodsText } from "./methods";

test.each([
  [["pwd"], "password"],
  [["pwd", "otp"], "password and code"],
  [["pwd", "rec"], "password and recovery code"],
  [["tg"], "tg"],
  [[], "nothing known"],
])("%j reads %s", (methods, text) => {
  expect(methodsText(methods)).toBe(text);
});
