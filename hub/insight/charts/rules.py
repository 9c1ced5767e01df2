"""What can be drawn, what it is reduced to, and the name of the picture it becomes."""

import hashlib
import math
from itertools import pairwise
from typing import get_args

import msgspec

from hub.core.problems import Invalid, invalid
from hub.insight.charts.models import Candlesticks, Chart, Equity, Histogram, Kind

VERSION = 1
"""Of the renderer: raise it with every change that is to be seen."""
MOST_CANDLES = 360
"""As many as can be told apart on a phone; of more, neighbours are joined."""
MOST_POINTS = 2_000
MOST_INPUT = 1_000_000
_HUGE, _LATEST = 1e15, 6e10
_ORDER = msgspec.json.Encoder(order="deterministic")
KINDS = get_args(Kind)


class Undrawable(Invalid):
    title = "This cannot be drawn"


def kind_of(chart: Chart) -> Kind:
    """Its name in metrics and file names."""
    names: dict[type, Kind] = {Candlesticks: "candles", Equity: "equity", Histogram: "histogram"}
    return names[type(chart)]


def check(chart: Chart) -> None:
    """`Undrawable` says what of the figures is wrong."""
    columns = _columns(chart)
    count = len(next(iter(columns.values())))
    if not 1 <= count <= MOST_INPUT:
        raise Undrawable("There is nothing to draw." if not count else f"{count} points are too many.")
    for name, values in columns.items():
        if len(values) != count:
            raise Undrawable(f"There are {len(values)} {name} for {count} points.")
        if (wrong := next((n for n, v in enumerate(values) if not _plain(name, v)), None)) is not None:
            raise invalid(f"/{name}/{wrong}", f"{values[wrong]} cannot be drawn")
    if not isinstance(chart, Histogram) and any(b <= a for a, b in pairwise(chart.times)):
        raise Undrawable("The times must rise.")


def _plain(name: str, value: float) -> bool:
    return math.isfinite(value) and abs(value) <= (_LATEST if name == "times" else _HUGE)


def _columns(chart: Chart) -> dict[str, list[float]]:
    names = ("times", "opens", "highs", "lows", "closes", "values")
    return {name: getattr(chart, name) for name in names if hasattr(chart, name)}


def reduced(chart: Chart) -> tuple[Chart, int]:
    """What fits into the picture, and how many bars each candle of it stands for (1: nothing was joined)."""
    if isinstance(chart, Candlesticks):
        size = math.ceil(len(chart.times) / MOST_CANDLES)
        return (_joined(chart, size), size) if size > 1 else (chart, 1)
    return (_thinned(chart) if isinstance(chart, Equity) else chart), 1


def _joined(chart: Candlesticks, size: int) -> Candlesticks:
    """Whole groups end with the newest bar; the oldest group may be smaller."""
    count = len(chart.times)
    first = count % size or size
    bounds = [0, *range(first, count + 1, size)]
    spans = [slice(a, b) for a, b in pairwise(bounds)]
    return msgspec.structs.replace(
        chart,
        times=[chart.times[s.start] for s in spans],
        opens=[chart.opens[s.start] for s in spans],
        highs=[max(chart.highs[s]) for s in spans],
        lows=[min(chart.lows[s]) for s in spans],
        closes=[chart.closes[s.stop - 1] for s in spans],
    )


def _thinned(chart: Equity) -> Equity:
    """The first, the last, and the lowest and highest of every stretch: no peak and no fall is lost."""
    count = len(chart.times)
    if count <= MOST_POINTS:
        return chart
    step = math.ceil(count / (MOST_POINTS // 2 - 1))
    kept = {0, count - 1}
    for begin in range(0, count, step):
        stretch = range(begin, min(begin + step, count))
        kept |= {min(stretch, key=chart.values.__getitem__), max(stretch, key=chart.values.__getitem__)}
    rows = sorted(kept)
    times, values = [chart.times[row] for row in rows], [chart.values[row] for row in rows]
    return msgspec.structs.replace(chart, times=times, values=values)


def key(chart: Chart, drawn_with: str) -> str:
    """The same figures, drawn by the same renderer, have the same key (128 bits in hex)."""
    text = _ORDER.encode([VERSION, drawn_with, chart])
    return hashlib.sha256(text).hexdigest()[:32]


def matches(header: str, etag: str) -> bool:
    """Whether `If-None-Match` names this picture (RFC 9110, 13.1.2: compared weakly)."""
    named = [each.strip().removeprefix("W/") for each in header.split(",")]
    return etag in named or "*" in named
