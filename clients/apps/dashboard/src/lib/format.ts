/** Values of the wire as words. Prices stay decimal strings: they are shown, not computed with. */

const DATE = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  day: "2-digit",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const DAY = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "2-digit", month: "short", year: "numeric" });
const CLOCK = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** A decimal string without padding zeros, but with at least two decimal places. */
export function price(value: string | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const [whole = "", fraction = ""] = value.split(".");
  return `${whole}.${fraction.replace(/0+$/, "").padEnd(2, "0")}`;
}

/** RFC 3339 as date, hour and minute, UTC. */
export function moment(time: string): string {
  return `${DATE.format(new Date(time))} UTC`;
}

/** RFC 3339 as a date, UTC. */
export function day(time: string): string {
  return DAY.format(new Date(time));
}

/** RFC 3339 as hour, minute and second, UTC. */
export function clock(time: string): string {
  return `${CLOCK.format(new Date(time))} UTC`;
}

/** A span in its two largest units; spans below a second are "0 s". */
export function span(milliseconds: number): string {
  const total = Math.max(0, Math.floor(milliseconds / 1000));
  const units = [
    [Math.floor(total / 86_400), "d"],
    [Math.floor(total / 3600) % 24, "h"],
    [Math.floor(total / 60) % 60, "min"],
    [total % 60, "s"],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first === -1) return "0 s";
  const shown = units.slice(first, first + (first === 2 ? 1 : 2)).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(" ");
}

const ACRONYMS = new Set(["adx", "atr", "ema", "macd", "roc", "rsi", "sma", "utc"]);

/** `snake_case` as words, acronyms of the field in capitals, numbers apart: "lag1" is "lag 1". */
export function words(name: string): string {
  const spaced = name.split(/_|(?<=[a-z]{3})(?=\d)/).map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word));
  const text = spaced.join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Four digits after the point, or four in all when the number is below 1. */
function rounded(value: number): string {
  const digits = Math.abs(value) >= 1 ? value.toFixed(4) : value.toPrecision(4);
  return String(Number(digits)).replace("-", "−");
}

/** A value of a strategy's features, whatever its type. */
export function feature(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return rounded(value);
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}
