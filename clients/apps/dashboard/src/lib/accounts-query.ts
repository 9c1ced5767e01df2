import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "./keys";
import { api } from "./services";

/** The person's linked accounts. Events tell what is proven, not which terminal speaks since. */
export const accountsQuery = queryOptions({
  queryKey: keys.accounts,
  queryFn: () => unwrap(api.GET("/api/v1/accounts")),
  staleTime: 0,
  refetchInterval: 15_000,
});

/** One account's sums, positions and what its terminal allows, as last seen. Events tell when money or positions change. */
export function liveAccountQuery(id: string) {
  return queryOptions({
    queryKey: keys.liveAccount(id),
    queryFn: () => unwrap(api.GET("/api/v1/accounts/{id}/positions", { params: { path: { id } } })),
    staleTime: 0,
    refetchInterval: 15_000,
  });
}
