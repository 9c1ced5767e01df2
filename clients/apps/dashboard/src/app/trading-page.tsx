import { useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";

import { EquityPanel } from "../features/trading/equity-panel";
import { LimitsPanel } from "../features/trading/limits-panel";
import { PreflightPanel } from "../features/trading/preflight-panel";
import { TradingPanel } from "../features/trading/trading-panel";
import { useTopic } from "../lib/hooks";
import { meQuery } from "../lib/me-query";

const PARTS = [
  { to: "/trading", text: "All trades" },
  { to: "/trading/copying", text: "Copying" },
] as const;

/** What keeps a trader's money safe: of all trades, and of those that are copied. */
export function TradingPage() {
  return (
    <section aria-labelledby="trading" className="mx-auto max-w-6xl">
      <div className="mb-3 flex flex-wrap items-center gap-x-6 gap-y-2">
        <h1 id="trading" className="text-xl font-semibold">
          Trading
        </h1>
        <nav aria-label="Parts of this page" className="flex gap-1">
          {PARTS.map(({ to, text }) => (
            <Link
              key={to}
              to={to}
              activeOptions={{ exact: true }}
              className="rounded-lg px-3 py-1.5 text-sm font-medium text-muted hover:text-text aria-[current=page]:bg-raised aria-[current=page]:text-text"
            >
              {text}
            </Link>
          ))}
        </nav>
      </div>
      <Outlet />
    </section>
  );
}

export function AllTrades() {
  const me = useQuery(meQuery).data;
  useTopic(me ? `trading:${me.id}` : null);
  useTopic("risk");
  useTopic(me ? `guards:${me.id}` : null);
  useTopic(me ? `preflight:${me.id}` : null);
  useTopic(me ? `accounts:${me.id}` : null);
  useTopic(me ? `equity:${me.id}` : null);
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <div className="grid gap-4">
        <TradingPanel />
        <PreflightPanel />
      </div>
      <div className="grid gap-4">
        <LimitsPanel />
        <EquityPanel />
      </div>
    </div>
  );
}
