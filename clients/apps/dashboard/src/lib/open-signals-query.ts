import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "./keys";
import { pagedQuery, useOlder } from "./older";
import { api } from "./services";

const load = (cursor: string | null) =>
  unwrap(api.GET("/api/v1/signals", { params: { query: { status: "open", limit: 100, cursor } } }));

export const openSignalsQuery = queryOptions({
  queryKey: keys.openSignals,
  queryFn: pagedQuery(keys.openSignals, load),
});

export const useOlderSignals = () => useOlder(keys.openSignals, load);
