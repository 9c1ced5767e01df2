/** What the suite that both clients share does not say of renewing (`conformance/scenarios/renewing.json`). */
import { expect, test, vi } from "vitest";

import { ANY_AGE, Renewal, RENEWED, renewIn } from "./renewal";
import { ManualClock } from "./testing/manual-clock";

const SECOND = 1000;
const jwt = (iat: number, exp: number) => `h.${btoa(JSON.stringify({ iat, exp }))}.s`;

test.each([
  [0, 0, ANY_AGE, 787.5],
  [0, 1, ANY_AGE, 675],
  [100, 0, ANY_AGE, 687.5],
  [800, 0, ANY_AGE, 0],
  // A clock that is off: behind, and so far ahead that every token looks old.
  [-5000, 0, ANY_AGE, 787.5],
  [5000, 0, ANY_AGE, 0],
  [5000, 0, RENEWED, 562.5],
])("a token of 900 s that looks %i s old, drawn %d, at most %d of its life old, is renewed in %d s", (age, draw, oldest, seconds) => {
  const now = (1_000_000 + age) * SECOND;
  expect(renewIn(jwt(1_000_000, 1_000_900), now, () => draw, oldest)).toBe(seconds * SECOND);
});

test("one that is good for months is renewed within what a timer can count", () => {
  expect(renewIn(jwt(0, 10_000_000), 0, () => 0, ANY_AGE)).toBe(2 ** 31 - 1);
});

test("one that does not say when it ends is left alone", () => {
  expect(renewIn("t1", 0, () => 0, ANY_AGE)).toBeNull();
});

test("who asks for a new token while a call is in flight gets its answer", async () => {
  const renew = vi.fn(() => Promise.resolve(true));
  const renewal = new Renewal({ token: () => "t1", renew, present: () => undefined, clock: new ManualClock(), random: () => 0.5 });
  expect(await Promise.all([renewal.renewed(), renewal.renewed()])).toEqual([true, true]);
  expect(renew).toHaveBeenCalledTimes(1);
  await renewal.renewed();
  expect(renew).toHaveBeenCalledTimes(2);
});

test("a token that was presented again is not younger for it", () => {
  const clock = new ManualClock();
  const renewal = new Renewal({ token: () => "t1", renew: () => Promise.resolve(true), present: () => undefined, clock, random: () => 0.5 });
  const after = vi.spyOn(clock, "after");
  const token = jwt(clock.now() / SECOND - 600, clock.now() / SECOND + 300);
  renewal.took(token, ANY_AGE);
  renewal.took(token, RENEWED);
  expect(after).toHaveBeenCalledTimes(1);
  expect(after).toHaveBeenCalledWith((300 - 168.75) * SECOND, expect.any(Function));
  renewal.stop();
  expect(clock.idle).toBe(true);
});
