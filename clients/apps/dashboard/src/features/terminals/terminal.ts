/** How a terminal stands, from what the hub knows of it. `now` in milliseconds. */
import type { Device } from "@caerus/api/types";

import { span } from "../../lib/format";

export type State = "live" | "silent" | "never" | "revoked";

const SILENT_AFTER = 60_000;
const SKEW_WORTH_A_WORD = 2_000;

export function stateOf({ revoked_at, last_seen_at }: Pick<Device, "revoked_at" | "last_seen_at">, now: number): State {
  if (revoked_at !== null) return "revoked";
  if (last_seen_at === null) return "never";
  return now - Date.parse(last_seen_at) < SILENT_AFTER ? "live" : "silent";
}

/** Those that the hub has told its owner of, who can do something about it. */
export function silentOnes(devices: readonly Device[]): (Device & { last_seen_at: string })[] {
  return devices.filter((each): each is Device & { last_seen_at: string } => {
    return each.silent_since !== null && each.revoked_at === null && each.last_seen_at !== null;
  });
}

/** What to look at when nothing is heard; null when there is nothing to look at. */
export const HINTS: Record<State, string | null> = {
  live: null,
  silent: "Is MetaTrader running, and the Expert Advisor on a chart? The terminal's Experts tab says what it is missing.",
  never: "It waits for the Expert Advisor to be attached with its key. If the key is lost, make a new one.",
  revoked: null,
};

/** What there is to do about a key that was made anew; null when nothing is. */
export function graceText({ previous_until }: Pick<Device, "previous_until">, now: number): string | null {
  if (previous_until === null) return null;
  const left = Date.parse(previous_until) - now;
  const before = left > 0 ? `The key before is good for another ${span(left)}.` : "The key before is good no longer.";
  return `The new key has not been used yet: put it into the terminal. ${before}`;
}

const DAY = 86_400_000;

/** A key that is older than `rotateDays` goes on being good, but had better be made anew; null while it is not. */
export function ageText({ keyed_at }: Pick<Device, "keyed_at">, rotateDays: number, now: number): string | null {
  const days = Math.floor((now - Date.parse(keyed_at)) / DAY);
  return days < rotateDays ? null : `Its key is ${days} days old: make a new one, and put it into the terminal.`;
}

/** `skew` in milliseconds, above 0 when the terminal is behind; null when it is too little to matter, or not known. */
export function skewText(skew: number | null): string | null {
  if (skew === null || Math.abs(skew) <= SKEW_WORTH_A_WORD) return null;
  return `Its clock is ${span(Math.abs(skew))} ${skew > 0 ? "behind" : "ahead"}: let its computer set the time by itself.`;
}
