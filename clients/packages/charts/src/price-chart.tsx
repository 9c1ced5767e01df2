import { useEffect, useRef } from "react";

import type { CandleLike } from "./bars";
import { onSchemeChange } from "./palette";
import { PriceView } from "./price-view";
import type { Setup } from "./price-view";

interface PriceChartProps {
  label: string;
  candles: readonly CandleLike[];
  setup: Setup;
}

/** Candles with the setup's levels. The caller says the same in words; this is the picture. */
export default function PriceChart({ label, candles, setup }: PriceChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<PriceView | null>(null);
  const { side, entry, stop, target, time } = setup;

  useEffect(() => {
    const made = new PriceView(host.current as HTMLDivElement);
    view.current = made;
    const stopListening = onSchemeChange(() => made.repaint());
    return () => {
      stopListening();
      made.remove();
    };
  }, []);
  useEffect(() => view.current?.show(candles), [candles]);
  useEffect(() => view.current?.mark({ side, entry, stop, target, time }), [side, entry, stop, target, time]);

  return <div ref={host} role="group" aria-label={label} data-testid="price-chart" className="h-64 w-full sm:h-96" />;
}
