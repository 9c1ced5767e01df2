import type { TradingStatus } from "@caerus/api/types";
import { Badge } from "@caerus/ui/badge";
import { Panel } from "@caerus/ui/panel";
import { Skeleton } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";

import { Failure } from "../../components/failure";
import { StopList } from "../../components/stop-list";
import { guardsQuery, tradingQuery } from "../../lib/trading-queries";
import { useStandings } from "../../lib/use-standings";
import { PauseOrResume } from "./pause-or-resume";
import { SizeForm } from "./size-form";
import { stopsOf } from "./stops";

/** Whether new trades are opened, and who stops them where they are not. */
export function TradingPanel() {
  const query = useQuery(tradingQuery);
  if (query.isError && !query.data) return <Failure thrown={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton className="h-56" />;
  return <Known status={query.data} />;
}

function Known({ status }: { status: TradingStatus }) {
  const standings = useStandings();
  const guards = useQuery(guardsQuery);
  if (guards.isError && !guards.data) return <Failure thrown={guards.error} retry={() => void guards.refetch()} />;
  if (!guards.data) return <Skeleton className="h-56" />;
  const stops = stopsOf(status, standings, guards.data);
  const opens = stops.length === 0;
  return (
    <Panel title="New trades" aside={<Badge tone={opens ? "buy" : "warn"}>{opens ? "Running" : "Stopped"}</Badge>}>
      <div className="grid gap-4" data-testid="trading" data-opens={opens}>
        <div>
          <p role="status" className="text-lg font-semibold">
            {opens ? "New trades are opened" : "No new trade is opened"}
          </p>
          <p className="mt-1 text-sm text-muted">
            {opens
              ? "When you approve a signal, your terminals are told. Each trade is held against your limits once more."
              : "Approving a signal is refused, and no terminal is told to open anything. What is open stays open, with its stops and targets."}
          </p>
        </div>
        <StopList label="What keeps new trades out" stops={stops} />
        <PauseOrResume status={status} />
        <SizeForm size={status.size} />
      </div>
    </Panel>
  );
}
