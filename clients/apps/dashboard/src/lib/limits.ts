/** Limits in words, and what was typed as the hub counts: shares in basis points, amounts in hundredths of a major unit. */
import type { Caps, CapsOf, OwnCaps } from "@caerus/api/types";

import { digitsOf } from "./money";

export type Cap = keyof Caps;
type Unit = "share" | "amount" | "times";

export interface Limit {
  name: Cap;
  unit: Unit;
  label: string;
  /** What happens there; `$` stands for the value. */
  means: string;
}

export const LIMITS: readonly Limit[] = [
  { name: "max_trade_risk_bp", unit: "share", label: "Risk of a trade", means: "A trade that the hub sizes loses at most $ of equity at its stop." },
  { name: "max_exposure_bp", unit: "share", label: "Exposure", means: "No new trade while positions bind more than $ of equity as margin." },
  { name: "max_leverage_x100", unit: "times", label: "Leverage", means: "No new trade while positions are worth more than $ equity." },
  { name: "daily_stop_bp", unit: "share", label: "Loss of a day", means: "No new trade once equity is $ below where the day began." },
  { name: "max_drawdown_bp", unit: "share", label: "Fall from the peak", means: "No new trade once equity is $ below its highest." },
  { name: "min_equity", unit: "amount", label: "Least equity", means: "No new trade while equity is below $." },
  {
    name: "liquidation_drawdown_bp",
    unit: "share",
    label: "Fall that closes everything",
    means: "Once equity is $ below its highest, all that is open is closed, ten seconds after a warning. Nobody can prevent it.",
  },
  {
    name: "liquidation_equity",
    unit: "amount",
    label: "Equity that closes everything",
    means: "Once equity falls below $, all that is open is closed, ten seconds after a warning. Nobody can prevent it.",
  },
];

/** The hub counts in hundredths, whatever the account's currency. */
const DECIMALS = 2;

/** Decimals that are typed of a limit. `currency` null: not known. */
function decimals(unit: Unit, currency: string | null): number {
  return unit === "amount" && currency !== null ? Math.min(DECIMALS, digitsOf(currency)) : DECIMALS;
}

/** "2 %", "500.00 USD", "30 times". */
export function limitText({ unit }: Limit, value: number | null, currency: string | null): string {
  if (value === null) return "no limit";
  if (unit === "amount") {
    const least = decimals(unit, currency);
    const text = (value / 100).toLocaleString("en-GB", { minimumFractionDigits: least, maximumFractionDigits: DECIMALS });
    return `${text} ${currency ?? "in the account's currency"}`;
  }
  return unit === "share" ? `${value / 100} %` : `${value / 100} times`;
}

/** What happens at the limit, as a sentence. */
export function meaning(limit: Limit, value: number | null, currency: string | null): string {
  if (value === null) return "There is no limit of it.";
  return limit.means.replace("$", () => limitText(limit, value, currency));
}

export type Source = "own" | "house" | "follows";

/** Where what is in force comes from. `follows`: from another limit of one's own, which new trades must stop before. */
export function sourceOf({ effective, base, own }: Pick<CapsOf, "effective" | "base" | "own">, name: Cap): Source {
  if (effective[name] === (own[name] ?? null) && effective[name] !== null) return "own";
  return effective[name] === base[name] ? "house" : "follows";
}

/** What stands after the field. */
export function suffixOf({ unit }: Limit, currency: string | null): string {
  if (unit === "amount") return currency ?? "";
  return unit === "share" ? "%" : "times";
}

/** What a field takes; a browser sends no form with anything else. */
export function patternOf({ unit }: Limit, currency: string | null): string {
  const most = decimals(unit, currency);
  return `\\s*[0-9]{1,11}${most > 0 ? `([.,][0-9]{1,${most}})?` : ""}\\s*`;
}

/** A value as it would be typed; nothing where there is none. */
export function typedOf({ unit }: Limit, value: number | null | undefined, currency: string | null): string {
  if (value === null || value === undefined) return "";
  const [whole = "", fraction = ""] = (value / 100).toFixed(DECIMALS).split(".");
  const kept = unit === "amount" && decimals(unit, currency) > 0 ? fraction : fraction.replace(/0+$/, "");
  return kept ? `${whole}.${kept}` : whole;
}

/** What was typed, exactly; null of an empty field. RangeError of what `patternOf` keeps away. */
export function limitOf(limit: Limit, typed: string, currency: string | null): number | null {
  if (typed.trim() === "") return null;
  if (!new RegExp(`^${patternOf(limit, currency)}$`).test(typed)) throw new RangeError(`${limit.label}: ${typed} is no such value`);
  const [whole = "", fraction = ""] = typed.trim().split(/[.,]/);
  return Number(whole + fraction.padEnd(DECIMALS, "0"));
}

/** Those of one's own limits that a form has otherwise than `before`. */
export function changedOf(limits: readonly Limit[], before: OwnCaps, typed: (name: Cap) => string, currency: string | null): OwnCaps {
  const all = limits.map((limit) => [limit.name, limitOf(limit, typed(limit.name), currency)] as const);
  return Object.fromEntries(all.filter(([name, value]) => value !== (before[name] ?? null)));
}
