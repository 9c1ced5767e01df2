/** How much a trade takes, in words. */
import type { Size } from "@caerus/api/types";

export const MODES: readonly { mode: Size["mode"]; label: string; means: string }[] = [
  { mode: "fixed_risk", label: "By what it may lose", means: "So many lots that the stop would lose this share of equity." },
  { mode: "fraction", label: "By margin", means: "As many lots as this share of free margin carries." },
  { mode: "all_in", label: "All free margin", means: "As many lots as all free margin carries. One bad trade can take most of the account." },
];

export function sizeText({ mode, bp }: Size): string {
  if (mode === "all_in") return "A trade takes all free margin.";
  return mode === "fraction" ? `A trade takes ${bp / 100} % of free margin.` : `A trade loses at most ${bp / 100} % of equity at its stop.`;
}
