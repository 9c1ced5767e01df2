"""What sources of candles count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import perf_counter

from hub.market.candles.metrics import fetched, seconds
from strategies.candles import Bar

__all__ = ["fetched", "metered", "seconds", "timeframe_name"]

_UNITS = ((604_800, "W"), (86_400, "D"), (3600, "H"), (60, "M"))


def timeframe_name(timeframe: int) -> str:
    """A timeframe (seconds) as charts write it: W1, D1, H1, M15, S10."""
    unit, letter = next((each for each in _UNITS if timeframe % each[0] == 0), (1, "S"))
    return f"{letter}{timeframe // unit}"


def metered(bars: Iterable[Bar], symbol: str, timeframe: int) -> Iterator[Bar]:
    """`bars` of a feed, each one timed and counted as it comes."""
    count, feed = fetched.labels(symbol, timeframe_name(timeframe)), iter(bars)
    while True:
        began = perf_counter()
        bar = next(feed, None)
        if bar is None:
            return
        seconds.observe(perf_counter() - began)
        count.inc()
        yield bar
