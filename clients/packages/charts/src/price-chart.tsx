import { useEffect, useEffectEvent, useRef } from "react";

import type { CandleLike } from "./bars";
import { onSchemeChange } from "./palette";
import { PriceView } from "./price-view";
import type { Setup } from "./price-view";

interface PriceChartProps {
  label: string;
  candles: readonly CandleLike[];
  setup: Setup;
  /** Called, maybe often, when the reader comes near the oldest candle. */
  onLeftEdge: () => void;
}

/** Candles with the setup's levels. The caller says the same in words; this is the picture. */
export default function PriceChart({ label, candles, setup, onLeftEdge }: PriceChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<PriceView | null>(null);
  const leftEdge = useEffectEvent(onLeftEdge);
  const { side, entry, stop, target, time } = setup;

  useEffect(() => {
    const made = new PriceView(host.current as HTMLDivElement, () => leftEdge());
    view.current = made;
    const stopListening = onSchemeChange(() => made.repaint());
    return () => {
      stopListening();
      made.remove();
    };
  }, []);
  useEffect(() => view.current?.show(candles), [candles]);
  useEffect(() => view.current?.mark({ side, entry, stop, target, time }), [side, entry, stop, target, time]);

  return <div ref={host} role="group" aria-label={label} data-testid="price-chart" className="-mb-2 h-64 w-full sm:h-[clamp(17rem,34svh,28rem)]" />;
}
