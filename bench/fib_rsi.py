"""Fib-RSI decisions a second over a full history on one core: `python -m bench.fib_rsi`."""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np

from bench.kernels import gold_like
from bench.timing import interleaved, show
from strategies.candles import Candles
from strategies.fib_rsi import FibRsi, FibRsiParams
from strategies.fib_rsi import run as decide_batch
from strategies.fib_rsi.scan import decide_history, rules
from strategies.fills import Book
from strategies.kernels.rsi import rsi
from strategies.symbols import symbol

BARS = 57_600
ROUNDS = 7
TARGET = 200_000
GOLD = symbol("XAUUSD")


def history() -> Candles:
    """As many H1 bars as ten years of gold have."""
    columns = gold_like(BARS)
    time = 1_300_000_800 + 3600 * np.arange(BARS)
    close = columns["close"]
    return Candles(time, close, columns["high"], columns["low"], close, np.ones(BARS))


def stream(candles: Candles) -> None:
    """The path of the trader: an engine and a book, a bar at a time."""
    engine, book = FibRsi(GOLD), Book(GOLD, spread_points=20)
    for bar in candles:
        book.on_bar(bar)
        engine.on_bar(bar)


def checkpointed(candles: Candles) -> None:
    """The same with a snapshot of the engine after every bar."""
    engine = FibRsi(GOLD)
    for bar in candles:
        engine.on_bar(bar)
        engine.snapshot()


def run() -> list[dict[str, Any]]:
    """Rows of bars a second."""
    candles, params = history(), FibRsiParams()
    index = rsi(candles.close)
    columns = (candles.time, candles.high, candles.low, index)
    seconds = interleaved(
        {
            "scan of every 200-bar window": lambda: decide_history(*columns, 200, rules(params)),
            "batch: RSI, scan, setups": lambda: decide_batch(candles, params, symbol=GOLD),
            "stream: engine and book": lambda: stream(candles),
            "stream, a snapshot each bar": lambda: checkpointed(candles),
        },
        ROUNDS,
    )
    rows = []
    for name, measured in seconds.items():
        rate = BARS / statistics.median(measured)
        target = ("met" if rate >= TARGET else "MISSED") if name.startswith("scan") else ""
        rows.append({"path": name, "bars/s": rate, "us/bar": 1e6 / rate, "target": target})
    return rows


if __name__ == "__main__":
    show(f"Fib-RSI on {BARS:,} bars, one core, medians", run())
