/** What a quote says of a setup and of the limits that a person would put on it. */
import type { Bounds, Signal } from "@caerus/api/types";

import type { KeptQuote } from "../../lib/cache";
import { gain } from "../../lib/levels";
import { pointsText } from "./points";
import type { Scale } from "./points";

type Setup = Pick<Signal, "side" | "order_type" | "entry" | "stop" | "target">;
type Prices = Pick<KeptQuote, "bid" | "ask">;

export interface SeenQuote {
  quote: KeptQuote;
  /** In milliseconds. */
  age: number;
  fresh: boolean;
}

/** How far to the passive side of the touch a terminal places a limit that the market has reached. */
const LIMIT_OFFSET_POINTS = 10;

/** Milliseconds since the quote, by the hub's clock; `now` by ours. */
export function ageOf({ time, ahead }: KeptQuote, now: number): number {
  return Math.max(0, now - ahead - Date.parse(time));
}

/** What the hub calls stale is stale at once. */
export function isFresh(quote: KeptQuote, age: number, freshMs: number): boolean {
  return !quote.stale && age < freshMs;
}

export function spreadOf({ bid, ask }: Prices): number {
  return Number(ask) - Number(bid);
}

/** How far the price that this side would pay is above the entry; below 0: below it. */
export function fromEntry(setup: Setup, quote: Prices): number {
  return Number(setup.side === "buy" ? quote.ask : quote.bid) - Number(setup.entry);
}

/** "3,354.5 points above the entry". */
export function fromEntryText(distance: number, { points }: Scale): string {
  const away = points(Math.abs(distance));
  return away === 0 ? "at the entry" : `${pointsText(away)} ${distance > 0 ? "above" : "below"} the entry`;
}

/** Points between the entry and where a terminal would let the order work now: as it counts `max_drift_points`. */
export function driftOf(setup: Setup, quote: Prices, { points }: Scale): number {
  const ahead = points(fromEntry(setup, quote) * (setup.side === "buy" ? 1 : -1));
  if (setup.order_type === "market") return Math.abs(ahead);
  if (setup.order_type === "stop") return Math.max(ahead, 0);
  return ahead > 0 ? 0 : LIMIT_OFFSET_POINTS - ahead;
}

/** What to know before anything else; null while the market is between stop and target. A position would be closed at the other side. */
export function beyondText(setup: Setup, { bid, ask }: Prices): string | null {
  const exit = setup.side === "buy" ? bid : ask;
  const reached = gain(setup, exit);
  if (reached <= gain(setup, setup.stop)) return "The market is beyond the stop already.";
  return reached >= gain(setup, setup.target) ? "The market is past the target already." : null;
}

/** Which of these limits would not hold now; none where the market is not known. */
export function brokenBounds(setup: Setup, seen: SeenQuote | null | undefined, scale: Scale | null, bounds: Bounds | null): string[] {
  if (!seen?.fresh || scale === null) return [];
  const { quote } = seen;
  const drift = driftOf(setup, quote, scale);
  const spread = scale.points(spreadOf(quote));
  const told: string[] = [];
  if (isOver(drift, bounds?.max_drift_points)) {
    told.push(`An order would work ${pointsText(drift)} from the entry now, ${bounds?.max_drift_points} are allowed.`);
  }
  if (isOver(spread, bounds?.max_spread_points)) {
    told.push(`The spread is ${pointsText(spread)} now, ${bounds?.max_spread_points} are allowed.`);
  }
  return told;
}

function isOver(points: number, most: number | null | undefined): boolean {
  return most !== null && most !== undefined && points > most;
}
