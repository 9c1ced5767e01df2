import { unwrap } from "@caerus/api/client";
import { queryOptions, useQuery } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api } from "../../lib/services";
import { scaleOf } from "./points";
import type { Scale } from "./points";

const instrumentsQuery = queryOptions({
  queryKey: keys.instruments,
  queryFn: () => unwrap(api.GET("/api/v1/instruments")),
  staleTime: Number.POSITIVE_INFINITY,
});

/** How prices of an instrument are counted; null while that is not known, and of one that the house does not know. */
export function useScale(symbol: string): Scale | null {
  const instrument = useQuery(instrumentsQuery).data?.items.find((each) => each.symbol === symbol);
  return instrument ? scaleOf(instrument) : null;
}
