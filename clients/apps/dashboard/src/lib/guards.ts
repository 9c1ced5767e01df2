/** What the guards said of accounts since they are listened to. The hub tells it when it changes, and not when it is asked. */
import type { LiveEvents } from "@caerus/api/topics";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "./keys";

export type Guarded = LiveEvents["account.guarded"];
/** By account. */
export type Guards = Readonly<Record<string, Guarded>>;

const NOTHING_SAID: Guards = {};

/** Nothing is known when the listening begins; `live-table.ts` puts in what comes. */
export const guardsQuery = queryOptions({
  queryKey: keys.guards,
  queryFn: () => NOTHING_SAID,
  staleTime: Number.POSITIVE_INFINITY,
});

export function withGuarded(guards: Guards, guarded: Guarded): Guards {
  return { ...guards, [guarded.account_id]: guarded };
}
