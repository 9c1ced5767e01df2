import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { pagedQuery, useOlder } from "../../lib/older";
import { api } from "../../lib/services";

const load = (cursor: string | null) => unwrap(api.GET("/api/v1/executions", { params: { query: { limit: 100, cursor } } }));

export const executionsQuery = queryOptions({
  queryKey: keys.executions,
  queryFn: pagedQuery(keys.executions, load),
});

export const useOlderExecutions = () => useOlder(keys.executions, load);
