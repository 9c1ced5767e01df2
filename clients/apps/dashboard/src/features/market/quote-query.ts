import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keptQuote } from "../../lib/cache";
import { keys } from "../../lib/keys";
import { api } from "../../lib/services";

/** The newest quote of a symbol; null where no terminal of the house has quoted it. */
export function quoteQuery(symbol: string) {
  return queryOptions({
    queryKey: keys.quote(symbol),
    queryFn: async () => {
      const { items } = await unwrap(api.GET("/api/v1/quotes", { params: { query: { symbol } } }));
      return items[0] ? keptQuote(items[0], Date.now()) : null;
    },
  });
}
