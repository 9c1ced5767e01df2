/** Amounts of the wire as words. */
import type { Money } from "@caerus/api/types";

/** Decimals as the hub counts its minor units (`hub/core/money.py`), which is not what Intl knows of every currency. */
export const DIGITS: ReadonlyMap<string, number> = new Map([
  ...["CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"].map((currency) => [currency, 0] as const),
  ...["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"].map((currency) => [currency, 3] as const),
]);

/** Decimals of its minor unit. */
export function digitsOf(currency: string): number {
  return DIGITS.get(currency) ?? 2;
}

/** "10,000.00 USD", or a dash. */
export function money(amount: Money | null): string {
  if (amount === null) return "–";
  const digits = digitsOf(amount.currency);
  const value = amount.amount_minor / 10 ** digits;
  const text = value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text.replace("-", "−")} ${amount.currency}`;
}
