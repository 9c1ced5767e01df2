/** Positions that must be closed and are not yet. */
import type { ClosureStep } from "@caerus/api/topics";
import type { Closure } from "@caerus/api/types";

export type Closings = readonly ClosureStep[];

/** So many times told in vain, and somebody must look: as the hub's `closing/rules.py`. */
export const STUCK = 5;

export function closingsOf(closures: readonly Closure[]): Closings {
  const open = closures.filter(({ state }) => state !== "closed");
  return open.map(({ id, account_id, ticket, reason, due_at, attempts }) => ({ closure_id: id, account_id, ticket, reason, due_at, attempts }));
}

/** It was told so often, whatever the event counts. */
export function stuck(step: ClosureStep): ClosureStep {
  return { ...step, attempts: Math.max(step.attempts, STUCK) };
}

export function withStep(closings: Closings, step: ClosureStep): Closings {
  return [step, ...withoutClosure(closings, step.closure_id)];
}

export function withoutClosure(closings: Closings, id: string): Closings {
  return closings.filter(({ closure_id }) => closure_id !== id);
}
