import { expect, test } from "vitest";

import { earnedText, holdTitle, stateText, suspensionText, wantsConsent } from "./words";

const hold = (reason: string) => ({ reason, detail: "", at: null });

test("a reason that is not known is told all the same", () => {
  expect(holdTitle(hold("kill_switch"))).toBe("The kill switch is on");
  expect(holdTitle(hold("full_moon"))).toBe("Full moon");
});

test.each([
  [false, [], true],
  [true, [], false],
  [true, ["paused", "no_account"], false],
  [true, ["consent"], true],
  [true, ["paused", "heartbeat"], true],
])("enabled %s and stopped by %j wants the consent: %s", (enabled, reasons, wanted) => {
  expect(wantsConsent({ enabled, paused_by: reasons.map(hold) })).toBe(wanted);
});

test("on, off, or on and stopped", () => {
  expect(stateText({ enabled: false, running: false })).toBe("Copying is off");
  expect(stateText({ enabled: true, running: false })).toBe("Copying is on, but stopped");
  expect(stateText({ enabled: true, running: true })).toBe("Copying is on");
});

test.each([
  [0, "0 of 20 approved by hand"],
  [25, "20 of 20 approved by hand"],
])("%d approvals", (manual_approvals, text) => {
  expect(earnedText({ manual_approvals, needed: 20 })).toBe(text);
});

test("a suspended strategy says why", () => {
  expect(suspensionText({ suspended_for: null })).toBeNull();
  expect(suspensionText({ suspended_for: "drift" })).toMatch(/filled worse/);
  expect(suspensionText({ suspended_for: "daily_stop" })).toMatch(/since daily stop\./);
});
