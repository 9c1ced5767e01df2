import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api } from "../../lib/services";

export const executionsQuery = queryOptions({
  queryKey: keys.executions,
  queryFn: () => unwrap(api.GET("/api/v1/executions", { params: { query: { limit: 100 } } })),
});
