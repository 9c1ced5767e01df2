/** A quota as people read it. */
import type { Quota } from "@caerus/api/types";

import { span, words } from "../../lib/format";

const PERIODS: Record<Quota["period"], string> = { day: " today", month: " this month", standing: "" };

/** "Approvals today". */
export function quotaName({ key, period }: Pick<Quota, "key" | "period">): string {
  return words(key) + PERIODS[period];
}

/** "12 of 200", or "12, no limit". */
export function usage({ used, limit }: Pick<Quota, "used" | "limit">): string {
  return limit === null ? `${used}, no limit` : `${used} of ${limit}`;
}

/** How much is used, between 0 and 1; nothing of what has no limit. */
export function usedShare({ used, limit }: Pick<Quota, "used" | "limit">): number {
  if (limit === null) return 0;
  return limit === 0 ? 1 : Math.min(used / limit, 1);
}

/** When the count starts anew; null for what stands until it is given back. `now` in milliseconds. */
export function startsAnew({ resets_at }: Pick<Quota, "resets_at">, now: number): string | null {
  return resets_at === null ? null : `anew in ${span(Date.parse(resets_at) - now)}`;
}
