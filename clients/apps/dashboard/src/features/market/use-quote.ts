import { useQuery } from "@tanstack/react-query";

import { useNow, useTopic } from "../../lib/hooks";
import { ageOf, isFresh } from "./quote";
import type { SeenQuote } from "./quote";
import { quoteQuery } from "./quote-query";

/** The newest quote of a symbol, kept current; null where nobody has quoted it, undefined until that is known. */
export function useQuote(symbol: string): SeenQuote | null | undefined {
  useTopic(`quotes:${symbol}`);
  const { data } = useQuery(quoteQuery(symbol));
  const now = useNow();
  if (data === undefined) return undefined;
  const { quote, freshMs } = data;
  if (quote === null) return null;
  const age = ageOf(quote, now);
  return { quote, age, fresh: isFresh(quote, age, freshMs) };
}
