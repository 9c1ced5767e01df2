/** Which of the open signals to show. */
import type { Signal } from "@caerus/api/types";

export type Show = "all" | "waiting" | "decided";

export const SHOWS = [
  { value: "all", text: "All" },
  { value: "waiting", text: "To decide" },
  { value: "decided", text: "Decided" },
] as const satisfies readonly { value: Show; text: string }[];

const TESTS: Record<Show, (signal: Signal) => boolean> = {
  all: () => true,
  waiting: (signal) => signal.my_decision === null,
  decided: (signal) => signal.my_decision !== null,
};

/** Signals that pass the filter and hold every word of the search, newest first. */
export function visible(signals: readonly Signal[], show: Show, search: string): Signal[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (signal: Signal) => `${signal.instrument} ${signal.side} ${signal.strategy}`.toLowerCase();
  return signals
    .filter((signal) => TESTS[show](signal) && wanted.every((word) => text(signal).includes(word)))
    .toSorted((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
}
