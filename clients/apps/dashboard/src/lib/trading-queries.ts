import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import type { Guards } from "./guards";
import { keys } from "./keys";
import { api } from "./services";

/** Whether the person's trading runs, who stopped it, and its size. */
export const tradingQuery = queryOptions({
  queryKey: keys.trading,
  queryFn: () => unwrap(api.GET("/api/v1/trading/status")),
});

/** The limits in force. No event tells when the owner sets others. */
export const capsQuery = queryOptions({
  queryKey: keys.caps,
  queryFn: () => unwrap(api.GET("/api/v1/risk/me")),
  staleTime: 0,
  refetchInterval: 15_000,
});

/** No event tells that an account was not seen for too long until the guards look again. */
export const guardsQuery = queryOptions({
  queryKey: keys.guards,
  queryFn: async (): Promise<Guards> => {
    const { items } = await unwrap(api.GET("/api/v1/risk/guards"));
    return Object.fromEntries(items.map((each) => [each.account_id, each]));
  },
  refetchInterval: 15_000,
});
