import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

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
