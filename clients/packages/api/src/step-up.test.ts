import { expect, test, vi } from "vitest";

import { Observable } from "./observable";
import { ProblemError } from "./problem";
import type { SessionState } from "./session";
import { Cancelled, StepUp } from "./step-up";

const refusal = (kind: string) => new ProblemError({ type: `/problems/${kind}`, title: kind, status: 403 });

function setUp() {
  const session = new Observable<SessionState>({ phase: "signed-in", token: "t", whose: "u", role: "user" });
  return { session, stepUp: new StepUp(session) };
}

/** Refused until `proven` is called. */
function guarded() {
  let fresh = false;
  const act = vi.fn(() => (fresh ? Promise.resolve("done") : Promise.reject(refusal("step-up-required"))));
  return { act, prove: () => (fresh = true) };
}

const asked = (stepUp: StepUp) => vi.waitUntil(() => stepUp.question.get());

test("what needs no proof is done at once", async () => {
  const { stepUp } = setUp();
  expect(await stepUp.run(() => Promise.resolve(1))).toBe(1);
  expect(stepUp.question.get()).toBeNull();
});

test("after the proof the act is done again, and the question is gone", async () => {
  const { stepUp } = setUp();
  const { act, prove } = guarded();
  const running = stepUp.run(act);
  const question = await asked(stepUp);
  prove();
  question.proven();
  expect(await running).toBe("done");
  expect(act).toHaveBeenCalledTimes(2);
  expect(stepUp.question.get()).toBeNull();
});

test("two acts wait for one proof", async () => {
  const { stepUp } = setUp();
  const { act, prove } = guarded();
  const running = [stepUp.run(act), stepUp.run(act)];
  const question = await asked(stepUp);
  prove();
  question.proven();
  expect(await Promise.all(running)).toEqual(["done", "done"]);
  expect(act).toHaveBeenCalledTimes(4);
});

test("without a proof nothing is done, and the next act asks anew", async () => {
  const { stepUp } = setUp();
  const { act } = guarded();
  const running = stepUp.run(act);
  (await asked(stepUp)).cancel();
  await expect(running).rejects.toBeInstanceOf(Cancelled);
  expect(act).toHaveBeenCalledTimes(1);
  const again = stepUp.run(act);
  (await asked(stepUp)).cancel();
  await expect(again).rejects.toBeInstanceOf(Cancelled);
});

test("a proof that was not enough is not asked for again and again", async () => {
  const { stepUp } = setUp();
  const running = stepUp.run(guarded().act);
  (await asked(stepUp)).proven();
  await expect(running).rejects.toThrow("step-up-required");
  expect(stepUp.question.get()).toBeNull();
});

test("another refusal is what it is", async () => {
  const { stepUp } = setUp();
  await expect(stepUp.run(() => Promise.reject(refusal("conflict")))).rejects.toThrow("conflict");
  expect(stepUp.question.get()).toBeNull();
});

test("who is signed out is not asked any more", async () => {
  const { session, stepUp } = setUp();
  const running = stepUp.run(guarded().act);
  await asked(stepUp);
  session.set({ phase: "signed-out", ended: true });
  await expect(running).rejects.toBeInstanceOf(Cancelled);
});
