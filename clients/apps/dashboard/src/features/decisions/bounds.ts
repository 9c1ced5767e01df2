/** The limits a person puts on an approval. */
import type { Bounds } from "@caerus/api/types";

export interface BoundsInput {
  minutes: string;
  drift: string;
  spread: string;
}

export const NO_BOUNDS: BoundsInput = { minutes: "", drift: "", spread: "" };

const MINUTE = 60_000;

function count(text: string): number | null {
  const number = Number(text);
  return text.trim() !== "" && Number.isInteger(number) && number >= 0 ? number : null;
}

/** What is sent: only the limits that were given; null when none was. `now` in milliseconds. */
export function toBounds(input: BoundsInput, now: number): Bounds | null {
  const minutes = count(input.minutes);
  const drift = count(input.drift);
  const spread = count(input.spread);
  const bounds: Bounds = {
    ...(minutes === null ? {} : { valid_until: new Date(now + minutes * MINUTE).toISOString() }),
    ...(drift === null ? {} : { max_drift_points: drift }),
    ...(spread === null ? {} : { max_spread_points: spread }),
  };
  return Object.keys(bounds).length > 0 ? bounds : null;
}
