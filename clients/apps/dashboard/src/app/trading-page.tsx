import { useQuery } from "@tanstack/react-query";

import { LimitsPanel } from "../features/trading/limits-panel";
import { PreflightPanel } from "../features/trading/preflight-panel";
import { TradingPanel } from "../features/trading/trading-panel";
import { useTopic } from "../lib/hooks";
import { meQuery } from "../lib/me-query";

export function TradingPage() {
  const me = useQuery(meQuery).data;
  useTopic(me ? `trading:${me.id}` : null);
  useTopic("risk");
  useTopic(me ? `guards:${me.id}` : null);
  useTopic(me ? `preflight:${me.id}` : null);
  useTopic(me ? `accounts:${me.id}` : null);
  useTopic(me ? `equity:${me.id}` : null);
  return (
    <section aria-labelledby="trading" className="mx-auto max-w-6xl">
      <h1 id="trading" className="mb-3 text-xl font-semibold">
        Trading
      </h1>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="grid gap-4">
          <TradingPanel />
          <PreflightPanel />
        </div>
        <LimitsPanel />
      </div>
    </section>
  );
}
