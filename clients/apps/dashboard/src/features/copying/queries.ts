import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api } from "../../lib/services";

/** How copying stands. No event tells of each approval that counts for a strategy, nor of the owner's limits. */
export const copyingQuery = queryOptions({
  queryKey: keys.copying,
  queryFn: () => unwrap(api.GET("/api/v1/copy/status")),
  staleTime: 0,
  refetchInterval: 15_000,
});

/** The words in force. */
export const copyConsentQuery = queryOptions({
  queryKey: keys.copyConsent,
  queryFn: () => unwrap(api.GET("/api/v1/copy/consent")),
});
