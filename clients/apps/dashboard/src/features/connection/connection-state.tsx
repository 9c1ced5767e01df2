import type { ConnectionState as State } from "@caerus/api/live";

import { clock } from "../../lib/format";
import { useObservable } from "../../lib/hooks";
import { live } from "../../lib/services";

const LOOKS: Record<State, { dot: string; pill: string }> = {
  live: { dot: "bg-buy", pill: "text-text" },
  reconnecting: { dot: "bg-warn motion-safe:animate-pulse", pill: "text-warn" },
  offline: { dot: "bg-sell", pill: "text-sell" },
};

/** How fresh what is shown is: the state of the stream, and when its last event happened. */
export function ConnectionState() {
  const { state, lastEventAt } = useObservable(live.status);
  const looks = LOOKS[state];
  return (
    <div className="flex items-center gap-2 text-xs">
      {lastEventAt && (
        <span className="hidden text-muted tabular-nums sm:inline">
          last event <time dateTime={lastEventAt}>{clock(lastEventAt)}</time>
        </span>
      )}
      <span
        role="status"
        title={lastEventAt ? `Last event ${clock(lastEventAt)}` : "No event yet"}
        className={`inline-flex items-center gap-1.5 rounded-full border border-line bg-panel px-2.5 py-1 font-semibold ${looks.pill}`}
      >
        <span aria-hidden="true" className={`size-2 rounded-full ${looks.dot}`} />
        <span data-testid="connection-state">{state}</span>
      </span>
      {state === "offline" && (
        <button type="button" onClick={() => live.wake()} className="min-h-8 rounded-lg px-1 font-semibold text-accent">
          Try now
        </button>
      )}
    </div>
  );
}
