import type { Signal } from "@caerus/api/types";
import { EmptyState } from "@caerus/ui/notice";
import { Panel } from "@caerus/ui/panel";
import { Segmented } from "@caerus/ui/segmented";
import { Skeleton } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";

import { Failure } from "../../components/failure";
import { price } from "../../lib/format";
import { useTopic } from "../../lib/hooks";
import { candlesQuery } from "./candles-query";
import { useOlderCandles } from "./use-older-candles";

const PriceChart = lazy(() => import("@caerus/charts/price-chart"));

const FRAMES = [
  { value: "M15", text: "M15" },
  { value: "H1", text: "H1" },
] as const;
type Frame = (typeof FRAMES)[number]["value"];

export function PricePanel({ signal }: { signal: Signal }) {
  const [frame, setFrame] = useState<Frame>(signal.features["timeframe"] === "M15" ? "M15" : "H1");
  useTopic(`candles:${signal.instrument}`);
  return (
    <Panel title={`${signal.instrument}, ${frame}`} aside={<Segmented label="Timeframe" value={frame} options={FRAMES} onChange={setFrame} />}>
      <Candles key={frame} signal={signal} frame={frame} />
    </Panel>
  );
}

function Candles({ signal, frame }: { signal: Signal; frame: Frame }) {
  const query = useQuery(candlesQuery(signal.instrument, frame));
  const loadOlder = useOlderCandles(signal.instrument, frame);
  if (query.isPending) return <Placeholder />;
  if (!query.data) return <Failure thrown={query.error} retry={() => void query.refetch()} />;
  const last = query.data.items.at(-1);
  if (!last) {
    return <EmptyState title={`No ${frame} candles of ${signal.instrument} yet`}>Try the other timeframe, or wait for the next bar.</EmptyState>;
  }
  const label = `${signal.instrument} candles, ${frame}. Last close ${price(last.close)}. Entry ${price(signal.entry)}, stop ${price(signal.stop)}, target ${price(signal.target)}.`;
  return (
    <Suspense fallback={<Placeholder />}>
      <PriceChart label={label} candles={query.data.items} setup={signal} onLeftEdge={loadOlder} />
    </Suspense>
  );
}

function Placeholder() {
  return <Skeleton className="h-64 w-full sm:h-[clamp(17rem,34svh,28rem)]" />;
}
