import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "./keys";
import { api } from "./services";

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: () => unwrap(api.GET("/api/v1/me")),
  staleTime: Number.POSITIVE_INFINITY,
});
