import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "./keys";
import { api } from "./services";

export const openSignalsQuery = queryOptions({
  queryKey: keys.openSignals,
  queryFn: () => unwrap(api.GET("/api/v1/signals", { params: { query: { status: "open", limit: 100 } } })),
});
