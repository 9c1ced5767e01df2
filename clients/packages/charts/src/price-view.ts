/** A candle chart with three price lines and a marker; imperative, knows nothing of React. */
import { CandlestickSeries, createChart, createSeriesMarkers, LineStyle } from "lightweight-charts";
import type { AutoscaleInfo, IChartApi, IPriceLine, ISeriesApi, ISeriesMarkersPluginApi, Time } from "lightweight-charts";

import { barAt, barIndex, digitsOf, extendsBy1, toBar } from "./bars";
import type { Bar, CandleLike } from "./bars";
import { readPalette } from "./palette";
import type { Palette } from "./palette";

export interface Setup {
  side: "buy" | "sell";
  entry: string;
  stop: string;
  target: string;
  time: string;
}

const SHOWN_BARS = 90;
/** Pixels a bar is given at first, and below which candles cannot be told apart. */
const BAR_WIDTH = 7;
const LEAST_BAR_WIDTH = 4;
const ROOM_RIGHT = 6;
const ROOM_LEFT_OF_SETUP = 12;
/** So many bars before the oldest, older ones are asked for. */
const LEFT_EDGE = 10;

export class PriceView {
  readonly #host: HTMLElement;
  readonly #chart: IChartApi;
  readonly #series: ISeriesApi<"Candlestick">;
  readonly #markers: ISeriesMarkersPluginApi<Time>;
  #lines: IPriceLine[] = [];
  #bars: Bar[] = [];
  #setup: Setup | null = null;
  #palette: Palette;
  #framed = false;

  constructor(host: HTMLElement, onLeftEdge: () => void) {
    this.#host = host;
    this.#palette = readPalette(host);
    this.#chart = createChart(host, { autoSize: true, ...frame(this.#palette) });
    this.#series = this.#chart.addSeries(CandlestickSeries, {
      ...candles(this.#palette),
      autoscaleInfoProvider: (base: () => AutoscaleInfo | null) => this.#withLevels(base()),
    });
    this.#markers = createSeriesMarkers(this.#series, []);
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range && this.#framed && range.from < LEFT_EDGE) onLeftEdge();
    });
  }

  show(items: readonly CandleLike[]): void {
    const bars = items.map(toBar);
    const last = bars.at(-1);
    if (last && extendsBy1(this.#bars, bars)) this.#series.update(last);
    else this.#series.setData(bars);
    this.#bars = bars;
    this.#frame();
    this.#mark();
  }

  mark(setup: Setup): void {
    this.#setup = setup;
    const precision = digitsOf([setup.entry, setup.stop, setup.target]);
    this.#series.applyOptions({ priceFormat: { type: "price", precision, minMove: 10 ** -precision } });
    this.#frame();
    this.#draw();
  }

  repaint(): void {
    this.#palette = readPalette(this.#host);
    this.#chart.applyOptions(frame(this.#palette));
    this.#series.applyOptions(candles(this.#palette));
    this.#draw();
  }

  remove(): void {
    this.#chart.remove();
  }

  /** Once: the newest bars, from before the setup on if there is room; from then on the reader scrolls. */
  #frame(): void {
    if (this.#framed || !this.#setup || this.#bars.length === 0) return;
    const count = this.#bars.length;
    const width = this.#host.clientWidth;
    const shown = framedBars(count - barIndex(this.#bars, this.#setup.time), width);
    this.#chart.timeScale().setVisibleLogicalRange({ from: count - shown, to: count + ROOM_RIGHT });
    this.#framed = true;
  }

  #draw(): void {
    for (const line of this.#lines) this.#series.removePriceLine(line);
    this.#lines = this.#setup ? this.#levels(this.#setup) : [];
    this.#mark();
  }

  #levels(setup: Setup): IPriceLine[] {
    const { accent, buy, sell, panel } = this.#palette;
    const line = (title: string, price: string, color: string, lineStyle: LineStyle) =>
      this.#series.createPriceLine({
        title,
        price: Number(price),
        color,
        lineStyle,
        lineWidth: 1,
        axisLabelVisible: true,
        axisLabelTextColor: panel,
      });
    return [
      line("Target", setup.target, buy, LineStyle.Dashed),
      line("Entry", setup.entry, accent, LineStyle.Solid),
      line("Stop", setup.stop, sell, LineStyle.Dashed),
    ];
  }

  #mark(): void {
    const bar = this.#setup && barAt(this.#bars, this.#setup.time);
    if (!bar || !this.#setup) return this.#markers.setMarkers([]);
    const long = this.#setup.side === "buy";
    this.#markers.setMarkers([
      {
        time: bar.time,
        position: long ? "belowBar" : "aboveBar",
        shape: long ? "arrowUp" : "arrowDown",
        color: this.#palette.accent,
        text: "Setup",
      },
    ]);
  }

  /** Widen the price scale so that entry, stop and target are always in sight. */
  #withLevels(info: AutoscaleInfo | null): AutoscaleInfo | null {
    if (!info?.priceRange || !this.#setup) return info;
    const levels = [this.#setup.entry, this.#setup.stop, this.#setup.target].map(Number);
    const { minValue, maxValue } = info.priceRange;
    return { ...info, priceRange: { minValue: Math.min(minValue, ...levels), maxValue: Math.max(maxValue, ...levels) } };
  }
}

/** How many of the newest bars to show, when the setup's is `back` bars from the end and `width` pixels are there. */
function framedBars(back: number, width: number): number {
  const usual = Math.min(SHOWN_BARS, width / BAR_WIDTH);
  const wanted = back + ROOM_LEFT_OF_SETUP;
  return wanted <= width / LEAST_BAR_WIDTH ? Math.max(usual, wanted) : usual;
}

function frame(palette: Palette) {
  const grid = { color: palette.line };
  return {
    layout: { background: { color: "transparent" }, textColor: palette.muted, fontSize: 11, attributionLogo: true },
    grid: { vertLines: { visible: false }, horzLines: grid },
    rightPriceScale: { borderVisible: false },
    timeScale: { borderVisible: false, timeVisible: true, secondsVisible: false },
  };
}

function candles({ buy, sell, muted }: Palette) {
  return { priceLineColor: muted, upColor: buy, wickUpColor: buy, downColor: sell, wickDownColor: sell, borderVisible: false };
}
