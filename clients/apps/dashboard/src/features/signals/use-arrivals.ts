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
  const [arrivals, setArrivals] = useState<Arrivals>(NONE);
  useEffect(() => {
    if (!signals) return;
    const before = known.current;
    known.current = new Set([...(before ?? []), ...signals.map((signal) => signal.id)]);
    const fresh = before ? signals.filter((signal) => !before.has(signal.id)) : [];
    if (fresh.length > 0) setArrivals({ fresh: new Set(fresh.map((signal) => signal.id)), said: sentence(fresh) });
  }, [signals]);
  return arrivals;
}

function sentence(signals: readonly Signal[]): string {
  const each = signals.map((signal) => `${signal.side} ${signal.instrument} at ${signal.entry}`);
  return `New signal: ${each.join("; ")}`;
}
