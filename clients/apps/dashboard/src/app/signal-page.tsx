import type { Signal } from "@caerus/api/types";
import { SideBadge } from "@caerus/ui/badge";
import { SkeletonList } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";

import { DecisionBadge } from "../components/decision-badge";
import { Failure } from "../components/failure";
import { Age } from "../components/time-left";
import { DecisionPanel } from "../features/decisions/decision-panel";
import { Timeline } from "../features/executions/timeline";
import { MarketPanel } from "../features/market/market-panel";
import { PricePanel } from "../features/market/price-panel";
import { brokenBounds } from "../features/market/quote";
import { useQuote } from "../features/market/use-quote";
import { useScale } from "../features/market/use-scale";
import { SignalFeatures, SignalLevels } from "../features/signals/signal-facts";
import { signalQuery } from "../lib/signal-query";
import { words } from "../lib/format";

export function SignalPage() {
  const { signalId } = useParams({ from: "/inside/open/signals/$signalId" });
  const query = useQuery(signalQuery(signalId));
  return (
    <>
      <Link to="/" className="mb-3 inline-block rounded py-1 text-sm font-medium text-accent lg:hidden">
        ← All signals
      </Link>
      {query.isPending && <SkeletonList label="Loading the signal" rows={3} className="h-48" />}
      {query.isError && !query.data && <Failure thrown={query.error} retry={() => void query.refetch()} />}
      {query.data && <Detail key={signalId} signal={query.data} />}
    </>
  );
}

/** The market beside the limits that are put on an approval. */
function Deciding({ signal }: { signal: Signal }) {
  const seen = useQuote(signal.instrument);
  const scale = useScale(signal.instrument);
  return (
    <>
      {signal.status === "open" && <MarketPanel signal={signal} seen={seen} scale={scale} />}
      <DecisionPanel signal={signal} brokenBy={(bounds) => brokenBounds(signal, seen, scale, bounds)} />
    </>
  );
}

function Detail({ signal }: { signal: Signal }) {
  return (
    <article data-testid="signal-detail" data-signal-id={signal.id} aria-labelledby="signal-title" className="grid gap-4">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <SideBadge side={signal.side} />
        <h1 id="signal-title" className="text-xl font-semibold">
          {signal.instrument}
        </h1>
        <DecisionBadge signal={signal} />
        <p className="text-sm text-muted tabular-nums sm:ml-auto">
          {words(signal.strategy)} · <Age since={signal.created_at} />
        </p>
      </header>
      <SignalLevels signal={signal} />
      <PricePanel signal={signal} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,4fr)_minmax(0,3fr)]">
        <div className="grid min-w-0 gap-4">
          <Deciding signal={signal} />
          <Timeline signal={signal} />
        </div>
        <SignalFeatures signal={signal} />
      </div>
    </article>
  );
}
