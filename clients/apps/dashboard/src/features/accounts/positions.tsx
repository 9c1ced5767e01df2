import type { Position } from "@caerus/api/types";
import { SideBadge } from "@caerus/ui/badge";
import { useState } from "react";

import { price } from "../../lib/format";
import { money } from "../../lib/money";

/** So many are seen at a glance. */
const FEW = 5;

/** What is open on an account; a long list is folded away at first. */
export function Positions({ positions }: { positions: Position[] }) {
  const [open] = useState(positions.length <= FEW);
  if (positions.length === 0) return <p className="text-sm text-muted">Nothing is open.</p>;
  return (
    <details open={open}>
      <summary className="min-h-6 text-sm font-medium">{positions.length === 1 ? "1 open position" : `${positions.length} open positions`}</summary>
      <ul className="mt-2 grid gap-2" aria-label="Open positions">
        {positions.map((each) => (
          <PositionRow key={each.ticket} position={each} />
        ))}
      </ul>
    </details>
  );
}

function PositionRow({ position }: { position: Position }) {
  const { side, symbol, volume, open_price, profit, stop, target } = position;
  const lost = profit.amount_minor < 0;
  return (
    <li data-testid="position" className="grid gap-1 rounded-lg border border-line px-3 py-2 text-sm tabular-nums">
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <SideBadge side={side} />
        <span className="font-semibold">{symbol}</span>
        <span className="text-muted">{price(volume)} lots</span>
        <span className={`ml-auto font-semibold ${lost ? "text-sell" : "text-buy"}`}>{money(profit)}</span>
      </span>
      <span className="flex flex-wrap gap-x-3 text-xs text-muted">
        <span>
          {price(open_price)} → {price(position.price)}
        </span>
        <span>stop {price(stop)}</span>
        <span>target {price(target)}</span>
      </span>
    </li>
  );
}
