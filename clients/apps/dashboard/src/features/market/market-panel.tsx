import type { Signal } from "@caerus/api/types";
import { Panel } from "@caerus/ui/panel";

import { Warning } from "../../components/warning";
import { price, span } from "../../lib/format";
import { pointsText } from "./points";
import type { Scale } from "./points";
import { beyondText, fromEntry, fromEntryText, spreadOf } from "./quote";
import type { SeenQuote } from "./quote";

interface MarketPanelProps {
  signal: Signal;
  /** Null where nobody has quoted it, undefined until that is known. */
  seen: SeenQuote | null | undefined;
  scale: Scale | null;
}

/** What the market asks and bids now, and where that is from the signal's prices. */
export function MarketPanel({ signal, seen, scale }: MarketPanelProps) {
  if (seen === undefined || scale === null) return null;
  const age = seen && <span className="text-xs text-muted tabular-nums">{span(seen.age)} ago</span>;
  return (
    <div data-testid="market" data-state={seen === null ? "none" : seen.fresh ? "fresh" : "stale"}>
      <Panel title="The market now" aside={age}>
        {seen?.fresh ? <Prices signal={signal} quote={seen.quote} scale={scale} /> : <Unknown signal={signal} seen={seen} />}
      </Panel>
    </div>
  );
}

function Unknown({ signal: { instrument }, seen }: { signal: Signal; seen: SeenQuote | null }) {
  return (
    <p className="text-sm text-muted">
      {seen === null ? `No terminal of the house quotes ${instrument}.` : `The last quote of ${instrument} is too old to go by.`}
    </p>
  );
}

function Prices({ signal, quote, scale }: { signal: Signal; quote: SeenQuote["quote"]; scale: Scale }) {
  const spread = spreadOf(quote);
  const away = fromEntryText(fromEntry(signal, quote), scale);
  const shown = [
    ["Bid", price(quote.bid)],
    ["Ask", price(quote.ask)],
    ["Spread", spread.toFixed(scale.digits)],
  ] as const;
  return (
    <div className="grid gap-3">
      <dl className="grid grid-cols-3 gap-3">
        {shown.map(([label, value]) => (
          <div key={label}>
            <dt className="text-xs text-muted">{label}</dt>
            <dd className="font-semibold tabular-nums" data-testid={`market-${label.toLowerCase()}`}>
              {value}
            </dd>
            {label === "Spread" && <dd className="text-xs text-muted tabular-nums">{pointsText(scale.points(spread))}</dd>}
          </div>
        ))}
      </dl>
      <p className="text-sm tabular-nums" data-testid="market-distance">
        {signal.side === "buy" ? "The ask" : "The bid"} is {away}.
      </p>
      <Warning text={beyondText(signal, quote)} />
    </div>
  );
}
