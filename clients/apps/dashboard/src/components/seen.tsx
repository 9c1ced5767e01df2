import type { LiveAccount } from "@caerus/api/types";

import { span } from "../lib/format";
import { useNow } from "../lib/hooks";

interface SeenProps {
  live: LiveAccount;
  /** When the hub said so, in milliseconds. */
  askedAt: number;
}

/** How old what is shown of an account is. */
export function Seen({ live, askedAt }: SeenProps) {
  const since = Math.max(0, useNow() - askedAt);
  const words = live.age_seconds === null ? "not seen yet" : `seen ${span(live.age_seconds * 1000 + since)} ago`;
  return <span className={`text-xs tabular-nums ${live.stale ? "font-semibold text-warn" : "text-muted"}`}>{words}</span>;
}
