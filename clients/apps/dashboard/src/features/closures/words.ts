/** Positions that must be closed, in words. */
import type { ClosureStep } from "@caerus/api/topics";

import { STUCK } from "../../lib/closings";
import type { Closings } from "../../lib/closings";

/** Positions of an account that go at one time for one reason. */
export interface Group {
  key: string;
  account_id: string;
  tickets: string[];
  reason: ClosureStep["reason"];
  due_at: string;
  stuck: boolean;
}

export function groupsOf(closings: Closings): Group[] {
  const groups = new Map<string, Group>();
  for (const { account_id, ticket, reason, due_at, attempts } of closings) {
    const stuck = attempts >= STUCK;
    const key = [account_id, reason, due_at, stuck].join(" ");
    const group = groups.get(key) ?? { key, account_id, tickets: [], reason, due_at, stuck };
    group.tickets.push(ticket);
    groups.set(key, group);
  }
  return [...groups.values()];
}

const FEW = 3;

/** `name` is the account's; null is not known yet. */
export function subjectText({ tickets }: Group, name: string | null): string {
  const of = name === null ? "" : ` of ${name}`;
  if (tickets.length === 1) return `Position ${tickets[0]}${of}`;
  return tickets.length <= FEW ? `Positions ${tickets.toSorted().join(", ")}${of}` : `${tickets.length} positions${of}`;
}

const REASONS: Partial<Record<string, string>> = {
  drawdown: "equity has fallen too far from its highest",
  equity_floor: "equity has fallen too low",
  price_gap: "its market has jumped",
  liquidity: "its market stays dry",
  close_only: "its market only takes closes now",
  risk_limit: "a limit was broken",
  kill_switch: "the kill switch is on",
  owner: "the owner has decided it",
};

export function reasonText(reason: string): string {
  return REASONS[reason] ?? reason;
}
