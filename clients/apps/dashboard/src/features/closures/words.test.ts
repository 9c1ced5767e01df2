import type { ClosureStep } from "@caerus/api/topics";
import { expect, test } from "vitest";

import { groupsOf, reasonText, subjectText } from "./words";

const step = (ticket: string, changed: Partial<ClosureStep> = {}): ClosureStep => ({
  closure_id: `c${ticket}`,
  account_id: "a",
  ticket,
  reason: "drawdown",
  due_at: "2026-01-01T00:00:10Z",
  attempts: 0,
  ...changed,
});

test("positions that go together are told of together", () => {
  const groups = groupsOf([step("1"), step("2", { account_id: "b" }), step("3", { attempts: 4 }), step("4", { attempts: 5 })]);
  expect(groups.map(({ tickets, stuck }) => [tickets, stuck])).toEqual([
    [["1", "3"], false],
    [["2"], false],
    [["4"], true],
  ]);
});

test.each([
  [["7"], "mine", "Position 7 of mine"],
  [["7"], null, "Position 7"],
  [["8", "7"], "mine", "Positions 7, 8 of mine"],
  [["1", "2", "3", "4"], "mine", "4 positions of mine"],
])("%j of %s", (tickets, name, text) => {
  const [group] = groupsOf(tickets.map((each) => step(each)));
  expect(group && subjectText(group, name)).toBe(text);
});

test("a reason that a newer hub has is told as it is", () => {
  expect(reasonText("drawdown")).toBe("equity has fallen too far from its highest");
  expect(reasonText("eclipse")).toBe("eclipse");
});
