"""Candles of a symbol for a trader: what `load` gives, counted."""

from __future__ import annotations

from pathlib import Path

from strategies.candles import Candles
from strategies.symbols import Symbol
from workers.source import metrics
from workers.source.load import load


def fetch(path: str | Path, symbol: Symbol) -> Candles:
    """The candles of a file, in UTC. Raises BadCandles, which says what to mend, and FileNotFoundError."""
    with metrics.seconds.time():
        candles, report = load(path)
    metrics.fetched.labels(symbol.name, metrics.timeframe_name(report.timeframe)).inc(len(candles))
    return candles
