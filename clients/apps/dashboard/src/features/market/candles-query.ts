import { unwrap } from "@caerus/api/client";
import type { Timeframe } from "@caerus/api/types";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api } from "../../lib/services";

export function candlesQuery(symbol: string, timeframe: Timeframe) {
  return queryOptions({
    queryKey: keys.candles(symbol, timeframe),
    queryFn: () => unwrap(api.GET("/api/v1/candles", { params: { query: { symbol, timeframe, limit: 300 } } })),
  });
}
