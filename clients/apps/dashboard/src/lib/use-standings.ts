import type { Account, LiveAccount, Preflight } from "@caerus/api/types";
import { useQueries, useQuery } from "@tanstack/react-query";

import { accountsQuery, liveAccountQuery } from "./accounts-query";
import { preflightQuery } from "./preflight-query";

/** A verified account and what is known of it; null is not loaded yet. */
export interface Standing {
  account: Account;
  live: LiveAccount | null;
  preflight: Preflight | null;
}

export function useStandings(): Standing[] {
  const verified = useQuery(accountsQuery).data?.items.filter((each) => each.state === "verified") ?? [];
  const lives = useQueries({ queries: verified.map(({ id }) => liveAccountQuery(id)) });
  const preflights = useQueries({ queries: verified.map(({ id }) => preflightQuery(id)) });
  return verified.map((account, n) => ({
    account,
    live: lives[n]?.data ?? null,
    preflight: preflights[n]?.data ?? null,
  }));
}

/** The currency of all of them; null where it is not known, or there are several. Limits have none of their own. */
export function currencyOf(standings: readonly Standing[]): string | null {
  const [first = null, ...others] = new Set(standings.map(({ live }) => live?.account_equity?.currency ?? null));
  return others.length > 0 ? null : first;
}
