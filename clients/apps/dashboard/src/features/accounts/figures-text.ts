/** An account's figures in words. */
import type { LiveAccount } from "@caerus/api/types";

const DOUBTS: Record<NonNullable<LiveAccount["doubt"]>, string> = {
  equity_missing: "The terminal's newest look had no equity. These figures are from the one before.",
  equity_zero: "The terminal's newest look said that equity is 0. These figures are from the one before.",
};

/** Why the newest look was not believed; null when it was. */
export function doubtText(doubt: LiveAccount["doubt"]): string | null {
  return doubt && DOUBTS[doubt];
}

/** "2.31 %" of the peak. */
export function drawdownText(percent: string | null): string {
  return percent === null ? "–" : `${percent.replace("-", "−")} %`;
}
