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

export function ExecutionRow({ execution }: { execution: Execution }) {
  return (
    <Link
      to="/signals/$signalId"
      params={{ signalId: execution.signal_id }}
      data-testid="execution-row"
      data-signal-id={execution.signal_id}
      data-status={execution.status}
      data-stage={stageOf(execution).toLowerCase()}
      className="grid gap-2 rounded-xl border border-line bg-panel p-4 text-sm hover:border-muted"
    >
      <span className="flex flex-wrap items-center gap-2">
        <Instrument signalId={execution.signal_id} />
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
    </Link>
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
    `${kind === "open" ? "Order" : "Withdrawal"}${broker_ticket ? ` #${broker_ticket}` : ""}`,
    fill_price ? `filled at ${price(fill_price)}` : "",
    fill_price && fill_volume ? `${price(fill_volume)} lots` : "",
    close_price ? `closed at ${price(close_price)}` : "",
    close_reason ? `${words(close_reason).toLowerCase()}${fill_price ? "" : ", not filled"}` : "",
  ].filter(Boolean);
}
