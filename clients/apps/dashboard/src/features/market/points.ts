/** How prices of an instrument are counted. */
import type { Instrument } from "@caerus/api/types";

const COUNT = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

export interface Scale {
  /** Decimal places of a price. */
  digits: number;
  /** A distance of prices in points, to a thousandth: what floating point adds is not one. */
  points: (distance: number) => number;
}

export function scaleOf({ digits, point }: Pick<Instrument, "digits" | "point">): Scale {
  return { digits, points: (distance) => Math.round((distance / Number(point)) * 1000) / 1000 };
}

/** "1 point", "3,354.5 points". */
export function pointsText(points: number): string {
  const text = COUNT.format(points);
  return `${text} ${text === "1" ? "point" : "points"}`;
}
