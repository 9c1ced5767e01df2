import { unwrap } from "@caerus/api/client";
import type { CandlePage, Timeframe } from "@caerus/api/types";
import { useRef } from "react";

import { withOlderCandles } from "../../lib/cache";
import { keys } from "../../lib/keys";
import { api, queryClient } from "../../lib/services";
import { CANDLES } from "./candles-query";

/** How to load the candles before those that are kept; one answer at a time, none after the last. */
export function useOlderCandles(symbol: string, timeframe: Timeframe): () => void {
  const busy = useRef(false);
  const all = useRef(false);
  const load = async () => {
    const key = keys.candles(symbol, timeframe);
    const until = queryClient.getQueryData<CandlePage>(key)?.items[0]?.time;
    if (!until) return;
    const query = { symbol, timeframe, until, limit: CANDLES };
    const older = await unwrap(api.GET("/api/v1/candles", { params: { query } }));
    all.current = older.items.length < CANDLES;
    queryClient.setQueryData<CandlePage>(key, (page) => page && withOlderCandles(page, older));
  };
  return () => {
    if (busy.current || all.current) return;
    busy.current = true;
    // What failed is tried again when the reader scrolls on.
    void load()
      .catch(() => undefined)
      .finally(() => {
        busy.current = false;
      });
  };
}
