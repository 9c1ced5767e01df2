import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api } from "../../lib/services";

export const approvalsQuery = queryOptions({
  queryKey: keys.approvals,
  queryFn: () => unwrap(api.GET("/api/v1/approvals", { params: { query: { limit: 100 } } })),
});
