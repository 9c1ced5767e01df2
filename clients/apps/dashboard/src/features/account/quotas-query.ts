import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api } from "../../lib/services";

export const quotasQuery = queryOptions({
  queryKey: keys.quotas,
  queryFn: () => unwrap(api.GET("/api/v1/me/quotas")),
  staleTime: 0,
});
