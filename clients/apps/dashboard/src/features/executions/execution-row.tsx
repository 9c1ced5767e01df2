import type { Execution } from "@caerus/api/types";
import { Badge, SideBadge } from "@caerus/ui/badge";
import type { BadgeTone } from "@caerus/ui/badge";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { moment, price, words } from "../../lib/format";
import { signalQuery } from "../../lib/signal-query";
import { stageOf } from "./stages";

const TONES: Record<Execution["status"], BadgeTone> = {
  placed: "accent",
  closed: "plain",
  failed: "sell",
  refused: "sell",
  unknown: "warn",
};

const KINDS: Record<Execution["kind"], string> = { open: "Order", cancel: "Withdrawal", close: "Close" };

const LOOKS = "grid gap-2 rounded-xl border border-line bg-panel p-4 text-sm";

/** A close that no approval led to has no signal to open. */
export function ExecutionRow({ execution }: { execution: Execution }) {
  const signalId = execution.signal_id;
  const marks = {
    "data-testid": "execution-row",
    "data-status": execution.status,
    "data-stage": stageOf(execution).toLowerCase(),
  };
  if (!signalId) {
    return (
      <div {...marks} className={LOOKS}>
        <Told execution={execution} />
      </div>
    );
  }
  return (
    <Link
      to="/signals/$signalId"
      params={{ signalId }}
      {...marks}
      data-signal-id={signalId}
      className={`${LOOKS} hover:border-muted`}
    >
      <Told execution={execution} />
    </Link>
  );
}

function Told({ execution }: { execution: Execution }) {
  return (
    <>
      <span className="flex flex-wrap items-center gap-2">
        {execution.signal_id && <Instrument signalId={execution.signal_id} />}
        <Badge tone={TONES[execution.status]}>{stageOf(execution)}</Badge>
      </span>
      <span className="flex flex-wrap gap-x-4 gap-y-1 text-muted tabular-nums">
        {facts(execution).map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
        <time dateTime={execution.updated_at} className="ml-auto self-end text-xs">
          {moment(execution.updated_at)}
        </time>
      </span>
      {execution.error && <span className="text-sell wrap-anywhere first-letter:uppercase">{execution.error}</span>}
    </>
  );
}

/** What an execution traded is told by its signal, which the cache mostly has. */
function Instrument({ signalId }: { signalId: string }) {
  const signal = useQuery({ ...signalQuery(signalId), staleTime: Number.POSITIVE_INFINITY }).data;
  if (!signal) return null;
  return (
    <>
      <SideBadge side={signal.side} />
      <span className="font-semibold">{signal.instrument}</span>
    </>
  );
}

function facts({ kind, broker_ticket, fill_price, fill_volume, close_price, close_reason }: Execution): string[] {
  return [
    `${KINDS[kind]}${broker_ticket ? ` #${broker_ticket}` : ""}`,
    fill_price ? `filled at ${price(fill_price)}` : "",
    fill_price && fill_volume ? `${price(fill_volume)} lots` : "",
    close_price ? `closed at ${price(close_price)}` : "",
    close_reason ? `${words(close_reason).toLowerCase()}${fill_price ? "" : ", not filled"}` : "",
  ].filter(Boolean);
}
