import { clock } from "../../lib/format";
import { useNow, useObservable } from "../../lib/hooks";
import { live } from "../../lib/services";
import { standing } from "./standing";
import type { Word } from "./standing";

const LOOKS: Record<Word, { dot: string; pill: string }> = {
  connecting: { dot: "bg-warn motion-safe:animate-pulse", pill: "text-warn" },
  live: { dot: "bg-buy", pill: "text-text" },
  reconnecting: { dot: "bg-warn motion-safe:animate-pulse", pill: "text-warn" },
  offline: { dot: "bg-sell", pill: "text-sell" },
};

/** How fresh what is shown is: the state of the stream, and when its last event happened. */
export function ConnectionState() {
  const status = useObservable(live.status);
  const { word, note, canTry } = standing(status, useNow(), clock);
  const { lastEventAt } = status;
  const looks = LOOKS[word];
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
        <span data-testid="connection-state">{word}</span>
      </span>
      {note && <span className="text-muted tabular-nums">{note}</span>}
      {canTry && (
        <button type="button" onClick={tryNow} className="min-h-8 rounded-lg px-1 font-semibold text-accent">
          Try now
        </button>
      )}
    </div>
  );
}

function tryNow(): void {
  if (live.status.get().state === "ended") live.start();
  else live.wake();
}
