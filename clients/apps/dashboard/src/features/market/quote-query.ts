import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keptMarket } from "../../lib/cache";
import { keys } from "../../lib/keys";
import { api } from "../../lib/services";

/** The newest quote of a symbol, if a terminal of the house has quoted it. */
export function quoteQuery(symbol: string) {
  return queryOptions({
    queryKey: keys.quote(symbol),
    queryFn: async () => keptMarket(await unwrap(api.GET("/api/v1/quotes", { params: { query: { symbol } } })), Date.now()),
  });
}
