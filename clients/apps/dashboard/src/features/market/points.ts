/** The house's instruments, and the decimal places by which their points are counted. */
const DIGITS: Record<string, number> = { XAUUSD: 2, EURUSD: 5, US500: 2 };

const COUNT = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

export interface Scale {
  /** Decimal places of a price. */
  digits: number;
  /** A distance of prices in points, to a thousandth: what floating point adds is not one. */
  points: (distance: number) => number;
}

/** How prices of an instrument are counted; null for one that this page does not know. */
export function scaleOf(instrument: string): Scale | null {
  const digits = DIGITS[instrument];
  if (digits === undefined) return null;
  return { digits, points: (distance) => Math.round(distance * 10 ** (digits + 3)) / 1000 };
}

/** "1 point", "3,354.5 points". */
export function pointsText(points: number): string {
  const text = COUNT.format(points);
  return `${text} ${text === "1" ? "point" : "points"}`;
}
