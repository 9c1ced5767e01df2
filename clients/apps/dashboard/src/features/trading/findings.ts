/** What preflight found, in words. */
import type { Finding } from "@caerus/api/types";

import { words } from "../../lib/format";

const TITLES: Partial<Record<Finding["reason"], string>> = {
  algo_off: "Algo Trading is off",
  trade_off: "The account may not trade",
  clock_skew: "The clock is off",
  netting: "The account is netting",
  leverage_unknown: "The leverage is not known",
  missing: "The terminal does not have it",
  ambiguous: "Several symbols could be it",
  unmapped: "Not a symbol that we know",
  filling: "No filling that we use",
  trade_mode: "Not fully tradable",
};

/** What is wrong; a symbol's term is called by its name. */
export function findingTitle({ reason }: Pick<Finding, "reason">): string {
  return TITLES[reason] ?? `Other ${words(reason).toLowerCase()} than strategies reckon with`;
}

/** "XAUUSD (GOLD.a)", or nothing of a finding that is the account's. */
export function findingSubject({ instrument, symbol }: Pick<Finding, "instrument" | "symbol">): string | null {
  if (instrument === null) return symbol;
  return symbol === null || symbol === instrument ? instrument : `${instrument} (${symbol})`;
}

/** "found 10, needed 100"; nothing where there are none. */
export function figuresText({ figures }: Pick<Finding, "figures">): string {
  return Object.entries(figures)
    .map(([name, value]) => `${words(name).toLowerCase()} ${value}`)
    .join(", ");
}
