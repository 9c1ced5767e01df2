import { unwrap } from "@caerus/api/client";
import type { CandlePage, Timeframe } from "@caerus/api/types";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api, queryClient } from "../../lib/services";

export const CANDLES = 300;
/** The hub's own limit for one answer. */
const MOST_CANDLES = 2000;

/** The newest candles; loaded anew, as far back as they were loaded before. */
export function candlesQuery(symbol: string, timeframe: Timeframe) {
  const queryKey = keys.candles(symbol, timeframe);
  return queryOptions({
    queryKey,
    queryFn: () => {
      const held = queryClient.getQueryData<CandlePage>(queryKey)?.items.length ?? 0;
      const limit = Math.min(MOST_CANDLES, Math.max(CANDLES, held));
      return unwrap(api.GET("/api/v1/candles", { params: { query: { symbol, timeframe, limit } } }));
    },
  });
}
