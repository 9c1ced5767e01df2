import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "./keys";
import { api } from "./services";

/** Asked once a page, and again after every change of it. */
export const secondFactorQuery = queryOptions({
  queryKey: keys.secondFactor,
  queryFn: () => unwrap(api.GET("/api/v1/auth/mfa")),
  staleTime: Number.POSITIVE_INFINITY,
});
