import type { Caps, LiveAccount, Preflight, TradingStatus } from "@caerus/api/types";
import { expect, test } from "vitest";

import type { Guarded } from "../../lib/guards";
import type { Standing } from "../../lib/use-standings";
import { doubtText, stopsOf } from "./stops";

const RUNNING = { user_id: "u", running: true, pauses: [], kill_switches: [], size: { mode: "fixed_risk", bp: 200 } } as TradingStatus;
const CAPS = { max_drawdown_bp: 1000, liquidation_drawdown_bp: 2000, min_equity: 50_000 } as Caps;
const usd = (amount_minor: number) => ({ amount_minor, currency: "USD" });

interface Given {
  kind?: Standing["account"]["kind"];
  live?: Partial<LiveAccount>;
  gap?: Preflight["gap"];
}

function standing({ kind = "real", live = {}, gap = null }: Given = {}): Standing {
  return {
    account: { id: "a", name: "mine", kind } as Standing["account"],
    live: { account_equity: usd(100_000), peak_equity: usd(100_000), doubt: null, stale: false, ...live } as LiveAccount,
    preflight: { gap } as Preflight,
  };
}

const titles = (status: TradingStatus, of: Standing[], guards: Record<string, Guarded> = {}) => stopsOf(status, of, CAPS, guards).map(({ title }) => title);

test("nothing stops who is well", () => {
  expect(titles(RUNNING, [])).toEqual([]);
  expect(titles(RUNNING, [standing()])).toEqual([]);
});

test.each([
  ["user", "You paused trading", "You can resume it."],
  ["owner", "The owner paused your trading", "Only the owner can resume it."],
  ["system", "A rule paused your trading", "Only the owner can resume it."],
] as const)("a pause by %s says who and why", (actor, title, who) => {
  const [stop] = stopsOf({ ...RUNNING, pauses: [{ actor, reason: "holiday", at: "2026-01-01T00:00:00Z" }] }, [], CAPS, {});
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

test.each([
  [90_001, 100_000, null],
  [90_000, 100_000, /too far from its highest/],
  [80_000, 100_000, /all that is open is closed/],
  [49_999, 50_000, /below the least/],
  [50_000, 50_000, null],
])("equity of %d after %d", (equity, peak, text) => {
  const stops = stopsOf(RUNNING, [standing({ live: { account_equity: usd(equity), peak_equity: usd(peak) } })], CAPS, {});
  expect(stops.map((stop) => stop.text)).toEqual(text === null ? [] : [expect.stringMatching(text)]);
});

test("figures that the hub does not believe say nothing", () => {
  const live = { account_equity: usd(0), doubt: "equity_zero" as const };
  expect(titles(RUNNING, [standing({ live })])).toEqual([]);
});

test("what the guards say outdoes what is read from figures", () => {
  const said = (outcome: Guarded["outcome"], reason: Guarded["reason"]) => ({ a: { account_id: "a", outcome, reason, figures: {} } });
  const fallen = standing({ live: { account_equity: usd(85_000) } });
  expect(titles(RUNNING, [fallen], said("ok", "ok"))).toEqual([]);
  expect(stopsOf(RUNNING, [standing()], CAPS, said("block", "daily_stop"))[0]?.text).toMatch(/Today's loss/);
  expect(stopsOf(RUNNING, [standing()], CAPS, said("unknown", "snapshot_stale"))[0]?.text).toMatch(/does not know/);
});

test("an account with real money, or of an unknown kind, needs a certificate", () => {
  expect(titles(RUNNING, [standing({ gap: "lapsed" })])).toEqual(["mine has no certificate"]);
  expect(titles(RUNNING, [standing({ gap: "lapsed", kind: null })])).toEqual(["mine has no certificate"]);
  expect(titles(RUNNING, [standing({ gap: "lapsed", kind: "demo" })])).toEqual([]);
});

test("who was not seen lately is told by name", () => {
  expect(doubtText([standing()])).toBeNull();
  expect(doubtText([standing({ live: { stale: true } })])).toMatch(/^mine was not seen lately/);
});
