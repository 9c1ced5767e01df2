/** What each topic of the stream keeps current, and how that is loaded again. */
import { ProblemError } from "@caerus/api/problem";
import type { Query, QueryClient, QueryKey } from "@tanstack/react-query";

import { keys } from "./keys";

const snapshots: Record<string, (subject: string) => QueryKey> = {
  signals: () => keys.signals,
  approvals: () => keys.approvals,
  executions: () => keys.executions,
  candles: (symbol) => keys.candlesOf(symbol),
  quotes: (symbol) => keys.quote(symbol),
  accounts: () => keys.accounts,
  devices: () => keys.devices,
  positions: () => keys.liveAccounts,
  equity: () => keys.liveAccounts,
  trading: () => keys.trading,
  risk: () => keys.trading,
  guards: () => keys.guards,
  closures: () => keys.closures,
  preflight: () => keys.preflights,
  copying: () => keys.copying,
};

/** Load again what a topic keeps current, after events may have been missed. Raises when what is shown was not loaded. */
export async function loadSnapshot(client: QueryClient, topic: string): Promise<void> {
  const [kind = "", subject = ""] = topic.split(":");
  const key = snapshots[kind]?.(subject);
  // What this user decided is part of the signals.
  const wanted = [...(key ? [key] : []), ...(kind === "approvals" ? [keys.signals] : [])];
  await Promise.all(wanted.map((queryKey) => client.invalidateQueries({ queryKey })));
  const failed = wanted.flatMap((queryKey) => client.getQueryCache().findAll({ queryKey, type: "active" })).find(isStale);
  if (failed) throw failed.state.error ?? new Error(`${failed.queryHash} could not be loaded`);
}

/** Not loaded since it was asked for. What the hub refuses for good is an answer: asked again, it is the same. */
function isStale(query: Query): boolean {
  const { error, isInvalidated } = query.state;
  const answered = error instanceof ProblemError && !error.passing;
  return isInvalidated && !answered && !query.isDisabled();
}
