import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "./keys";
import { api } from "./services";

/** What was found of an account, and its certificate. No event tells of a report that changes no certificate. */
export function preflightQuery(id: string) {
  return queryOptions({
    queryKey: keys.preflight(id),
    queryFn: () => unwrap(api.GET("/api/v1/accounts/{id}/preflight", { params: { path: { id } } })),
    staleTime: 0,
    refetchInterval: 15_000,
  });
}
