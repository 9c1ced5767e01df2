/** How the stream stands, for whoever shows it. Times are milliseconds since 1970. */
import type { StreamClosed } from "./closing";

export type Connection =
  /** An attempt is under way. */
  | { state: "connecting" }
  /** The hub has let us in. */
  | { state: "live" }
  /** There is no connection since then; the next attempt is made at `nextAttemptAt`, no earlier when `atHubsWish`. */
  | { state: "offline"; since: number; nextAttemptAt: number; atHubsWish: boolean }
  /** No further attempt is made until `start`. */
  | { state: "ended"; reason: "stopped" | "signed_out" }
  | { state: "ended"; reason: "refused"; error: StreamClosed };

export type LiveStatus = Connection & {
  /** When the newest event happened at the hub, RFC 3339. */
  lastEventAt: string | null;
};
