/** How copying stands, in words. */
import type { CopyHold, CopyStatus, Earned } from "@caerus/api/types";

import { words } from "../../lib/format";

const HOLDS: Readonly<Record<string, string>> = {
  consent: "The words have changed",
  entitlement: "Not part of your plan",
  heartbeat: "Suspended: your terminal fell silent",
  paused: "Your trading is paused",
  kill_switch: "The kill switch is on",
  paper: "Paper trading is on",
  no_account: "No verified account",
};

export function holdTitle({ reason }: Pick<CopyHold, "reason">): string {
  return HOLDS[reason] ?? words(reason);
}

/** Turning it on anew is what takes these away. */
const TAKEN_AWAY = new Set(["consent", "heartbeat"]);

export function wantsConsent({ enabled, paused_by }: Pick<CopyStatus, "enabled" | "paused_by">): boolean {
  return !enabled || paused_by.some(({ reason }) => TAKEN_AWAY.has(reason));
}

export function stateText({ enabled, running }: Pick<CopyStatus, "enabled" | "running">): string {
  if (!enabled) return "Copying is off";
  return running ? "Copying is on" : "Copying is on, but stopped";
}

/** "3 of 20 approved by hand". More than is needed says nothing more. */
export function earnedText({ manual_approvals, needed }: Pick<Earned, "manual_approvals" | "needed">): string {
  return `${Math.min(manual_approvals, needed)} of ${needed} approved by hand`;
}

const SUSPENSIONS: Readonly<Record<string, string>> = { drift: "its orders were filled worse than its signals wanted" };

/** Why a strategy counts anew; null when it was never suspended. */
export function suspensionText({ suspended_for }: Pick<Earned, "suspended_for">): string | null {
  if (suspended_for === null) return null;
  return `Suspended, since ${SUSPENSIONS[suspended_for] ?? words(suspended_for).toLowerCase()}. It counts anew from then.`;
}
