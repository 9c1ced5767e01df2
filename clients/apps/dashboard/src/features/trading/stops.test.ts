import type { Preflight, TradingStatus } from "@caerus/api/types";
import { expect, test } from "vitest";

import type { Guarded } from "../../lib/guards";
import type { Standing } from "../../lib/use-standings";
import { stopsOf } from "./stops";

const RUNNING = { user_id: "u", running: true, pauses: [], kill_switches: [], size: { mode: "fixed_risk", bp: 200 } } as TradingStatus;

interface Given {
  kind?: Standing["account"]["kind"];
  gap?: Preflight["gap"];
}

function standing({ kind = "real", gap = null }: Given = {}): Standing {
  return {
    account: { id: "a", name: "mine", kind } as Standing["account"],
    live: null,
    preflight: { gap } as Preflight,
  };
}

const titles = (status: TradingStatus, of: Standing[], guards: Record<string, Guarded> = {}) => stopsOf(status, of, guards).map(({ title }) => title);

test("nothing stops who is well", () => {
  expect(titles(RUNNING, [])).toEqual([]);
  expect(titles(RUNNING, [standing()])).toEqual([]);
});

test.each([
  ["user", "You paused trading", "You can resume it."],
  ["owner", "The owner paused your trading", "Only the owner can resume it."],
  ["system", "A rule paused your trading", "Only the owner can resume it."],
] as const)("a pause by %s says who and why", (actor, title, who) => {
  const [stop] = stopsOf({ ...RUNNING, pauses: [{ actor, reason: "holiday", at: "2026-01-01T00:00:00Z" }] }, [], {});
  expect(stop).toMatchObject({ title, text: `“holiday”. ${who}`, since: "2026-01-01T00:00:00Z" });
});

test("a kill switch says whose it is, and comes first", () => {
  const on_at = "2026-01-01T00:00:00Z";
  const kill_switches = [{ user_id: null, reason: "news", on_at }, { user_id: "u", reason: "you", on_at }];
  const pauses = [{ actor: "user" as const, reason: "x", at: on_at }];
  expect(titles({ ...RUNNING, kill_switches, pauses }, [])).toEqual([
    "The owner has stopped everybody's trading",
    "The owner has stopped your trading",
    "You paused trading",
  ]);
});

test("what the guards say of an account is told in words", () => {
  const said = (outcome: Guarded["outcome"], reason: Guarded["reason"]) => ({ a: { account_id: "a", outcome, reason, figures: {} } });
  const text = (guards: Record<string, Guarded>) => stopsOf(RUNNING, [standing()], guards)[0]?.text;
  expect(text(said("ok", "ok"))).toBeUndefined();
  expect(text(said("block", "daily_stop"))).toMatch(/Today's loss/);
  expect(text(said("liquidate", "liquidation_drawdown"))).toMatch(/all that is open is closed/);
  expect(text(said("unknown", "snapshot_stale"))).toMatch(/does not know/);
});

test("an account with real money, or of an unknown kind, needs a certificate", () => {
  expect(titles(RUNNING, [standing({ gap: "lapsed" })])).toEqual(["mine has no certificate"]);
  expect(titles(RUNNING, [standing({ gap: "lapsed", kind: null })])).toEqual(["mine has no certificate"]);
  expect(titles(RUNNING, [standing({ gap: "lapsed", kind: "demo" })])).toEqual([]);
});
