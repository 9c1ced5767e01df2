import type { Signal } from "@caerus/api/types";
import { SideBadge } from "@caerus/ui/badge";
import { Link } from "@tanstack/react-router";

import { DecisionBadge } from "../../components/decision-badge";
import { Meters } from "../../components/meters";
import { Age, TimeLeft } from "../../components/time-left";
import { price, words } from "../../lib/format";
import { riskRewardText } from "../../lib/levels";

export function SignalRow({ signal, fresh }: { signal: Signal; fresh: boolean }) {
  return (
    <Link
      to="/signals/$signalId"
      params={{ signalId: signal.id }}
      data-testid="signal-row"
      data-signal-id={signal.id}
      activeProps={{ className: "border-accent" }}
      inactiveProps={{ className: "border-line hover:border-muted" }}
      className={`grid gap-3 rounded-xl border bg-panel p-4 transition-colors ${fresh ? "animate-arrive" : ""}`}
    >
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <SideBadge side={signal.side} />
        <span className="font-semibold">{signal.instrument}</span>
        {/* A width of its own: a truncated text would else make the page as wide as all of it. */}
        <span className="w-24 grow truncate text-sm text-muted">
          {words(signal.strategy)} · {signal.order_type}
        </span>
        <span className="ml-auto flex gap-1.5">
          <DecisionBadge signal={signal} />
        </span>
      </span>
      <Prices signal={signal} />
      <Meters features={signal.features} />
      <span className="flex justify-between gap-2 text-xs text-muted tabular-nums">
        <Age since={signal.created_at} />
        <TimeLeft until={signal.expires_at} />
      </span>
    </Link>
  );
}

function Prices({ signal }: { signal: Signal }) {
  const shown = [
    ["Entry", price(signal.entry)],
    ["Stop", price(signal.stop)],
    ["Target", price(signal.target)],
    ["RR", riskRewardText(signal)],
  ] as const;
  return (
    <span className="grid grid-cols-4 gap-2">
      {shown.map(([label, value]) => (
        <span key={label} className="min-w-0">
          <span className="block truncate text-xs text-muted">{label}</span>
          <span className="block text-sm font-medium tabular-nums">{value}</span>
        </span>
      ))}
    </span>
  );
}
