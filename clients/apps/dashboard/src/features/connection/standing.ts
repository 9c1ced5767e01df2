/** The stream's state in the words that the page shows. */
import type { LiveStatus } from "@caerus/api/status";

export type Word = "connecting" | "live" | "reconnecting" | "offline";
export interface Standing {
  word: Word;
  /** What there is to know beside the word, null when nothing. */
  note: string | null;
  /** Whether trying at once is of use. */
  canTry: boolean;
}

/** A break this short is repaired before anybody needs to act on it. */
const SHORT = 10_000;

export function standing(status: LiveStatus, now: number, clock: (time: string) => string): Standing {
  if (status.state === "connecting" || status.state === "live") return { word: status.state, note: null, canTry: false };
  if (status.state === "ended") return { word: "offline", note: status.reason === "refused" ? status.error.message : null, canTry: true };
  if (now - status.since < SHORT && !status.atHubsWish) return { word: "reconnecting", note: null, canTry: false };
  const seconds = Math.max(0, Math.ceil((status.nextAttemptAt - now) / 1000));
  const since = clock(new Date(status.since).toISOString());
  const who = status.atHubsWish ? "the hub asked for a pause, " : "";
  return { word: "offline", note: `since ${since}, ${who}next try in ${seconds} s`, canTry: !status.atHubsWish };
}
