"""Charts: what a picture of 500 bars costs to draw, to send to the drawing process and back, and to find again."""

import asyncio
import random
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from hub.insight.charts import render, rules
from hub.insight.charts.models import Candlesticks, Chart, Equity, Histogram
from hub.insight.charts.pool import Pool
from hub.insight.charts.settings import MediaSettings
from hub.insight.charts.storage import Pictures

BARS, ROUNDS = 500, 15
Row = dict[str, object]


def _charts() -> dict[str, Chart]:
    draw, price = random.Random(7), 4000.0
    closes = [price := price + draw.gauss(0, 5) for _ in range(BARS)]
    opens, times = [4000.0, *closes[:-1]], [1_764_000_000 + 3600 * n for n in range(BARS)]
    highs = [max(pair) + 2 for pair in zip(opens, closes, strict=True)]
    lows = [min(pair) - 2 for pair in zip(opens, closes, strict=True)]
    return {
        "candles": Candlesticks("XAUUSD  H1", times, opens, highs, lows, closes),
        "equity": Equity("Equity", times, closes, "USD"),
        "histogram": Histogram("Results", [draw.gauss(0.2, 1.5) for _ in range(BARS)], "R"),
    }


async def _through_the_pool(pool: Pool, chart: Chart) -> tuple[float, float]:
    """Milliseconds until the picture is there, and the longest that the loop did not turn meanwhile."""
    began = last = perf_counter()
    longest, drawing = 0.0, asyncio.ensure_future(pool.png(chart))
    while not drawing.done():
        await asyncio.sleep(0.001)
        now = perf_counter()
        longest, last = max(longest, now - last), now
    return (perf_counter() - began) * 1e3, longest * 1e3


async def _measured() -> list[Row]:
    rows, pool = [], Pool()
    with tempfile.TemporaryDirectory() as folder:
        pictures = Pictures(MediaSettings.model_validate({"MEDIA_DIR": Path(folder) / "media"}))
        for name, chart in _charts().items():
            await pool.png(chart)
            passed = [await _through_the_pool(pool, chart) for _ in range(ROUNDS)]
            png = render.png(chart)
            pictures.put(rules.kind_of(chart), rules.key(chart, "bench"), png)
            rows.append(
                {
                    "chart": f"{name}, {BARS}",
                    "drawn ms": round(median(_timed(lambda c=chart: render.png(c))), 1),
                    "through the pool ms": round(median(ms for ms, _ in passed), 1),
                    "loop held up ms": round(max(held for _, held in passed), 1),
                    "from the cache ms": round(median(_timed(lambda c=chart: _found(pictures, c))), 2),
                    "KB": round(len(png) / 1e3),
                }
            )
    pool.close()
    return rows


def _found(pictures: Pictures, chart: Chart) -> None:
    rules.check(chart)
    assert pictures.get(rules.kind_of(chart), rules.key(chart, "bench"))


def _timed(work: "object") -> list[float]:
    took = []
    for _ in range(ROUNDS):
        began = perf_counter()
        work()  # type: ignore[operator]
        took.append((perf_counter() - began) * 1e3)
    return took


def run() -> list[Row]:
    """Medians of 15."""
    return asyncio.run(_measured())


if __name__ == "__main__":
    for row in run():
        print(row)
