/** Candles of the hub as bars of the chart. Times of the chart are whole seconds, UTC. */
import type { CandlestickData, UTCTimestamp } from "lightweight-charts";

export interface CandleLike {
  time: string;
  open: string;
  high: string;
  low: string;
  close: string;
}

export type Bar = CandlestickData<UTCTimestamp>;

/** RFC 3339 to seconds since 1970. */
export function seconds(time: string): UTCTimestamp {
  return Math.floor(Date.parse(time) / 1000) as UTCTimestamp;
}

export function toBar(candle: CandleLike): Bar {
  return {
    time: seconds(candle.time),
    open: Number(candle.open),
    high: Number(candle.high),
    low: Number(candle.low),
    close: Number(candle.close),
  };
}

/** Place of the bar that holds `at`: the last that opened at or before it; -1 when all opened later. */
export function barIndex(bars: readonly Bar[], at: string): number {
  const wanted = seconds(at);
  return bars.findLastIndex((bar) => bar.time <= wanted);
}

/** The bar that holds `at`, or null. */
export function barAt(bars: readonly Bar[], at: string): Bar | null {
  return bars[barIndex(bars, at)] ?? null;
}

/** True when `next` is `before` with its last bar changed or one bar more: then an update is enough. */
export function extendsBy1(before: readonly Bar[], next: readonly Bar[]): boolean {
  const more = next.length - before.length;
  if (before.length === 0 || more < 0 || more > 1) return false;
  return before[0]?.time === next[0]?.time && before.at(-1)?.time === next[before.length - 1]?.time;
}

/** Decimal places a price is quoted with, from the longest among `prices`, at least 2. */
export function digitsOf(prices: readonly string[]): number {
  const digits = prices.map((price) => price.replace(/0+$/, "").split(".")[1]?.length ?? 0);
  return Math.min(8, Math.max(2, ...digits));
}
