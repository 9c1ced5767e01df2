import { unwrap } from "@caerus/api/client";
import type { Signal } from "@caerus/api/types";
import { queryOptions } from "@tanstack/react-query";

import { find } from "./cache";
import { keys } from "./keys";
import { api, queryClient } from "./services";
import { openSignalsQuery } from "./open-signals-query";

/** One signal; shown from the list at once when the list has it, and loaded all the same. */
export function signalQuery(id: string) {
  return queryOptions({
    queryKey: keys.signal(id),
    queryFn: () => unwrap(api.GET("/api/v1/signals/{id}", { params: { path: { id } } })),
    initialData: () => find<Signal>(queryClient.getQueryData(openSignalsQuery.queryKey), id),
    initialDataUpdatedAt: 0,
  });
}
