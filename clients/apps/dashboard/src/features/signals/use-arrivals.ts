import type { Signal } from "@caerus/api/types";
import { useEffect, useRef, useState } from "react";

export interface Arrivals {
  /** Ids that came while the page was open. */
  fresh: ReadonlySet<string>;
  /** The newest arrivals in words, for a live region. */
  said: string;
}

const NONE: Arrivals = { fresh: new Set(), said: "" };

/** Tell the signals that arrive from those that were there when the list was loaded. */
export function useArrivals(signals: readonly Signal[] | undefined): Arrivals {
  const known = useRef<Set<string> | null>(null);
  // An older page of the list is new here and yet no news.
  const newest = useRef(0);
  const [arrivals, setArrivals] = useState<Arrivals>(NONE);
  useEffect(() => {
    if (!signals) return;
    const before = known.current;
    known.current = new Set([...(before ?? []), ...signals.map((signal) => signal.id)]);
    const fresh = before ? signals.filter((signal) => !before.has(signal.id) && Date.parse(signal.created_at) >= newest.current) : [];
    newest.current = Math.max(newest.current, ...signals.map((signal) => Date.parse(signal.created_at)));
    if (fresh.length > 0) setArrivals({ fresh: new Set(fresh.map((signal) => signal.id)), said: sentence(fresh) });
  }, [signals]);
  return arrivals;
}

function sentence(signals: readonly Signal[]): string {
  const each = signals.map((signal) => `${signal.side} ${signal.instrument} at ${signal.entry}`);
  return `New signal: ${each.join("; ")}`;
}
