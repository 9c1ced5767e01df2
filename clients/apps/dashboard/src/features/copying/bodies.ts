/** What forms of copying send. */
import type { CopyBody, CopyLimitsBody, CopyStatus, OwnCaps } from "@caerus/api/types";

type Typed = (name: string) => string;

/** A whole number; null of an empty field. A browser sends no form with anything else. */
function count(typed: string): number | null {
  return typed.trim() === "" ? null : Number(typed);
}

export function copyBody(consent_version: string, typed: Typed): CopyBody {
  return {
    consent_version,
    multiplier_bp: Math.round(Number(typed("percent").replace(",", ".")) * 100),
    max_drift_points: count(typed("drift")),
    max_spread_points: count(typed("spread")),
  };
}

/** What is not named stays as it is. `own` as the form began with it. */
export function copyLimitsBody(changed: OwnCaps, own: CopyStatus["limits"]["most"]["own"], typed: Typed): CopyLimitsBody {
  const trades = count(typed("max_trades_a_day"));
  const volume = typed("max_volume").trim().replace(",", ".") || null;
  return {
    ...changed,
    ...(trades === own.max_trades_a_day ? {} : { max_trades_a_day: trades }),
    ...(volume === own.max_volume ? {} : { max_volume: volume }),
  };
}
