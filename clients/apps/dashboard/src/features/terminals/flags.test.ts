import { expect, test } from "vitest";

import { flagsOf } from "./flags";

const ALL = { connected: true, trade_allowed: true, algo_allowed: true };

test("nothing to mend where everything is allowed", () => {
  expect(flagsOf(ALL).map((flag) => flag.mend)).toEqual([null, null, null]);
});

test.each([
  ["connected", "Not connected to the broker", /Login to Trade Account/],
  ["trade_allowed", "No trading on this account", /master password/],
  ["algo_allowed", "Algo Trading off", /Switch Algo Trading on in the terminal's toolbar/],
] as const)("without %s it says what to mend", (key, text, mend) => {
  const [first, ...others] = flagsOf({ ...ALL, [key]: false }).filter((flag) => flag.mend !== null);
  expect(first).toMatchObject({ key, text, mend: expect.stringMatching(mend) });
  expect(others).toEqual([]);
});

test("nothing is said before the first look", () => {
  expect(flagsOf({ connected: null, trade_allowed: null, algo_allowed: null })).toEqual([]);
});
