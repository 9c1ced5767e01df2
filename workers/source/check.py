"""Which rows of a file must not be used, and what is missing between the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from strategies.candles import Candles
from workers.source.report import BadRow, Gap

Floats = NDArray[np.float64]
PRICES = ("open", "high", "low", "close")


def implausible(prices: dict[str, Floats], volume: Floats) -> dict[int, str]:
    """Rows whose numbers cannot be a bar: index -> reason."""
    table = np.stack([prices[name] for name in PRICES])
    opened, high, low, closed = table
    finite = np.isfinite(table).all(axis=0)
    with np.errstate(invalid="ignore"):
        rules = {
            "a price is not finite": ~finite,
            "a price is not positive": finite & (table <= 0).any(axis=0),
            "the high is below the open, the low or the close": finite & (high < np.maximum(opened, closed)),
            "the low is above the open or the close": finite & (low > np.minimum(opened, closed)),
            "the volume is negative or no number": ~(volume >= 0),
        }
    # the first rule that a row breaks names it
    return {int(i): why for why, broken in reversed(rules.items()) for i in np.flatnonzero(broken)}


def off_grid(millis: NDArray[np.int64], timeframe: int) -> dict[int, str]:
    """Rows whose time does not open a bar of `timeframe` seconds (UTC)."""
    stray = np.flatnonzero(millis % (timeframe * 1000) != 0)
    return {int(index): f"its time does not open a bar of {timeframe} s" for index in stray}


def disorder(time: NDArray[np.int64], rows: NDArray[np.int64]) -> list[BadRow]:
    """Repeated times and times that go back, in the file's order. `time` in seconds, unbroken rows only."""
    if not time.size:
        return []
    newest = np.maximum.accumulate(time)
    stale = np.flatnonzero(time[1:] <= newest[:-1]) + 1
    first = dict(zip(time[::-1].tolist(), rows[::-1].tolist(), strict=True))
    return [_stale(int(rows[i]), first[int(time[i])]) for i in stale]


def _stale(row: int, first: int) -> BadRow:
    if first < row:
        return BadRow(row, "duplicate", f"the same time as row {first}")
    return BadRow(row, "out of order", "its time is earlier than that of a row before it")


def usual_step(time: NDArray[np.int64]) -> int:
    """The commonest distance in seconds between neighbours in time, whatever their order; 0 when there is none."""
    values, counts = np.unique(np.diff(np.unique(time)), return_counts=True)
    return int(values[counts.argmax()]) if values.size else 0


def gaps(candles: Candles, timeframe: int) -> tuple[Gap, ...]:
    """Every place where bars are missing, weekends included."""
    time = candles.time
    wide = np.flatnonzero(np.diff(time) > timeframe)
    pairs = ((int(time[i]), int(time[i + 1])) for i in wide)
    return tuple(Gap(after, before, (before - after) // timeframe - 1) for after, before in pairs)
