/** What keeps a person's new trades out, in words. */
import type { KillSwitch, Pause, TradingStatus } from "@caerus/api/types";

import type { Stop } from "../../components/stop-list";
import type { Guarded, Guards } from "../../lib/guards";
import type { Standing } from "../../lib/use-standings";
import { GAPS } from "./gaps";

/** Everything that is known to keep new trades out now: people and switches first, then accounts. */
export function stopsOf(status: TradingStatus, standings: readonly Standing[], guards: Guards): Stop[] {
  return [
    ...status.kill_switches.map(ofSwitch),
    ...status.pauses.map(ofPause),
    ...standings.flatMap((standing) => [...ofLimits(standing, guards), ...ofPreflight(standing)]),
  ];
}

function ofSwitch({ user_id, reason, on_at }: KillSwitch): Stop {
  const title = user_id ? "The owner has stopped your trading" : "The owner has stopped everybody's trading";
  const text = `The kill switch is on: “${reason}”. Only the owner can turn it off.`;
  return { key: `switch-${user_id ?? "all"}`, title, text, since: on_at };
}

const PAUSES: Record<Pause["actor"], { title: string; who: string }> = {
  user: { title: "You paused trading", who: "You can resume it." },
  owner: { title: "The owner paused your trading", who: "Only the owner can resume it." },
  system: { title: "A rule paused your trading", who: "Only the owner can resume it." },
};

function ofPause({ actor, reason, at }: Pause): Stop {
  const { title, who } = PAUSES[actor];
  return { key: `pause-${actor}`, title, text: `“${reason}”. ${who}`, since: at };
}

/** As an approval would be told. */
function ofLimits({ account }: Standing, guards: Guards): Stop[] {
  const said = guards[account.id];
  const text = said ? verdictText(said) : null;
  return text === null ? [] : [{ key: `limit-${account.id}`, title: `A limit of ${account.name}`, text, since: null }];
}

const VERDICTS: Partial<Record<Guarded["reason"], string>> = {
  drawdown: "Equity has fallen too far from its highest.",
  equity_floor: "Equity is below the least that new trades need.",
  daily_stop: "Today's loss has reached its limit.",
  exposure: "Open positions bind as much margin as they may.",
  leverage: "Open positions are worth as much as they may be.",
  liquidation_drawdown: "Equity has fallen so far from its highest that all that is open is closed.",
  liquidation_equity: "Equity has fallen so low that all that is open is closed.",
};

function verdictText({ outcome, reason }: Guarded): string | null {
  if (outcome === "ok") return null;
  return VERDICTS[reason] ?? "The hub does not know how it stands, and opens no trade for what it does not know.";
}

function ofPreflight({ account, preflight }: Standing): Stop[] {
  if (!preflight?.gap || rehearses(account.kind)) return [];
  return [{ key: `gap-${account.id}`, title: `${account.name} has no certificate`, text: GAPS[preflight.gap], since: null }];
}

/** Known to be without real money; such an account may trade without a certificate. */
export function rehearses(kind: Standing["account"]["kind"]): boolean {
  return kind === "demo" || kind === "contest";
}
