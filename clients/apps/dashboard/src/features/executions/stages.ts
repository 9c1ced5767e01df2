/** What became of an approval, told in steps. */
import type { Approval, Execution } from "@caerus/api/types";

import { price, words } from "../../lib/format";

export type Tone = "done" | "waiting" | "bad";
export interface Stage {
  name: string;
  tone: Tone;
  note: string;
  at: string | null;
}

const FAILURES: Partial<Record<Execution["status"], string>> = {
  failed: "Failed",
  refused: "Refused",
  unknown: "Unknown",
};

export function approvedStage(approval: Approval): Stage {
  return { name: "Approved", tone: "done", note: `consent ${approval.consent_version}`, at: approval.created_at };
}

export const DELIVERING: Stage = {
  name: "Waiting for the terminal",
  tone: "waiting",
  note: "It fetches the order at its next poll.",
  at: null,
};

/** One word for how far an execution has come. */
export function stageOf(execution: Execution): string {
  const failure = FAILURES[execution.status];
  if (failure) return failure;
  if (execution.status === "closed") return execution.kind === "cancel" ? "Withdrawn" : "Closed";
  return execution.fill_price ? "Filled" : "Placed";
}

export function stagesOf(execution: Execution): Stage[] {
  const failure = FAILURES[execution.status];
  if (failure) return [{ name: failure, tone: "bad", note: execution.error ?? "", at: execution.updated_at }];
  if (execution.kind === "cancel") {
    return [{ name: "Withdrawn", tone: "done", note: "The strategy cancelled the signal.", at: execution.updated_at }];
  }
  return [placed(execution), ...filled(execution), ...closed(execution)];
}

function placed({ broker_ticket, created_at }: Execution): Stage {
  return { name: "Placed", tone: "done", note: broker_ticket ? `ticket ${broker_ticket}` : "", at: created_at };
}

function filled(execution: Execution): Stage[] {
  const { fill_price, fill_volume, status, updated_at } = execution;
  if (!fill_price && status === "closed") return [];
  if (!fill_price) return [{ name: "Waiting for a fill", tone: "waiting", note: "The order is at the broker.", at: null }];
  const volume = fill_volume ? ` · ${price(fill_volume)} lots` : "";
  return [{ name: "Filled", tone: "done", note: `at ${price(fill_price)}${volume}`, at: status === "closed" ? null : updated_at }];
}

function closed({ status, close_price, close_reason, updated_at }: Execution): Stage[] {
  if (status !== "closed") return [];
  const at = close_price ? `at ${price(close_price)}` : "without a fill";
  return [{ name: "Closed", tone: "done", note: [at, close_reason && words(close_reason)].filter(Boolean).join(" · "), at: updated_at }];
}
