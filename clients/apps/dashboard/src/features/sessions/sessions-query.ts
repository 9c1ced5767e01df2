import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api } from "../../lib/services";

export const sessionsQuery = queryOptions({
  queryKey: keys.sessions,
  queryFn: () => unwrap(api.GET("/api/v1/auth/sessions")),
  staleTime: 0,
});
