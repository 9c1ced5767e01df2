/** What follows from a setup's three prices. */

export interface Levels {
  side: "buy" | "sell";
  entry: string;
  stop: string;
  target: string;
}

/** Distance from entry in the direction of profit: positive when `to` is on the winning side. */
export function gain({ side, entry }: Levels, to: string): number {
  const distance = Number(to) - Number(entry);
  return side === "buy" ? distance : -distance;
}

/** Reward per unit of risk, |target - entry| / |entry - stop|; null when the prices make no setup. */
export function riskReward(levels: Levels): number | null {
  const risk = -gain(levels, levels.stop);
  const reward = gain(levels, levels.target);
  return risk > 0 && reward > 0 ? reward / risk : null;
}

/** "1 : 2.5", or a dash. */
export function riskRewardText(levels: Levels): string {
  const ratio = riskReward(levels);
  return ratio === null ? "–" : `1 : ${Number(ratio.toFixed(2))}`;
}

/** Distance to entry in percent of entry, signed by profit, as "+0.52 %". */
export function distanceText(levels: Levels, to: string): string {
  const percent = (gain(levels, to) / Number(levels.entry)) * 100;
  return Number.isFinite(percent) ? `${percent >= 0 ? "+" : "−"}${Math.abs(percent).toFixed(2)} %` : "–";
}

/** A strategy's share between 0 and 1; percentages are taken as such; null when it is not a number. */
export function share(value: unknown): number | null {
  const number = typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
  if (value === "" || !(number >= 0 && number <= 100)) return null;
  return number > 1 ? number / 100 : number;
}
