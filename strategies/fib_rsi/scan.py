"""The search for setups in one window of closed bars, compiled.

The rules look forward from each cross of the RSI to extremes "from here to the window's end", so one
pass from the newest row to the oldest meets every cross with its extremes already known. A long is a
short in the mirror: negate prices and RSI, and swap high with low.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from strategies.fib_rsi.params import HOUR, FibRsiParams
from strategies.kernels.jit import inline, kernel
from strategies.kernels.types import Floats

Integers = NDArray[np.int64]
SHORT, LONG = 0, 1
NEVER = np.iinfo(np.int64).min
BAR, SIDE, CROSS, EXTREME1, COMPLETION, EXTREME2, POINT2, WIDTH = range(8)
"""Columns of a found setup: the newest row, the side, the cross i, point 1's extreme, the completion
j*, and the rows that give point 2 its price and its time (apart only under the legacy flag)."""


class Rules(NamedTuple):
    """The numbers a scan needs; RSI levels, bars, and seconds."""

    high: float
    low: float
    window: int
    bars: int
    span: int
    max_age: int
    highest_low: bool


def rules(params: FibRsiParams) -> Rules:
    """The part of `params` that the scan reads."""
    return Rules(
        params.rsi_high,
        params.rsi_low,
        params.window_size,
        params.completion_bars,
        params.completion_hours * HOUR,
        params.max_age_hours * HOUR,
        params.point2_short_uses_highest_low,
    )


@inline
def _in_time(
    time: Integers, newest: int, cross: int, top: int, completion: int, point2: int, rule: Rules
) -> bool:
    return (
        completion - cross <= rule.bars
        and time[completion] - time[cross] <= rule.span
        and time[point2] - time[top] <= rule.span
        and time[newest] - time[point2] <= rule.max_age
    )


@kernel
def _side(
    time: Integers,
    far: Floats,
    near: Floats,
    rsi: Floats,
    newest: int,
    rule: Rules,
    side: int,
    found: Integers,
) -> int:
    """Setups of one side, newest cross first, into `found`; returns how many."""
    sign = 1.0 if side == SHORT else -1.0
    above, below = (rule.high, rule.low) if side == SHORT else (-rule.low, -rule.high)
    legacy = rule.highest_low and side == SHORT
    count, completion, top, bottom, latest = 0, -1, -1, -1, -1
    for i in range(newest, newest - rule.window, -1):
        if sign * rsi[i] <= below:
            completion = i
            if bottom < 0 or sign * near[i] <= sign * near[bottom]:
                bottom = i
            if latest < 0 or near[i] >= near[latest]:
                latest = i
        elif sign * rsi[i] > above:
            if top < 0 or sign * far[i] >= sign * far[top]:
                top = i
            if completion < 0 or i == newest - rule.window + 1 or not sign * rsi[i - 1] <= above:
                continue
            point2 = latest if legacy else bottom
            in_time = _in_time(time, newest, i, top, completion, point2, rule)
            if in_time and sign * far[top] > sign * near[bottom]:
                found[count, BAR], found[count, SIDE], found[count, CROSS] = newest, side, i
                found[count, EXTREME1], found[count, COMPLETION] = top, completion
                found[count, EXTREME2], found[count, POINT2] = bottom, point2
                count += 1
    return count


@kernel
def decide(
    time: Integers,
    high: Floats,
    low: Floats,
    rsi: Floats,
    newest: int,
    rule: Rules,
    active: Integers,
    found: Integers,
    fresh: Integers,
) -> int:
    """Setups of the window that ends at row `newest` which supersede the active ones, in order.

    All shorts then all longs, each from the oldest cross on. `active` holds the point-2 time of each
    side's active setup (NEVER when none) and is updated; `found` is scratch of (window, WIDTH); the
    setups go to `fresh` from its first row on. Returns how many.
    """
    latest, count = NEVER, 0
    for k in range(_side(time, high, low, rsi, newest, rule, SHORT, found) - 1, -1, -1):
        seen = time[found[k, POINT2]]
        latest = max(latest, seen)
        if active[SHORT] < seen:
            active[SHORT] = seen
            fresh[count] = found[k]
            count += 1
    for k in range(_side(time, low, high, rsi, newest, rule, LONG, found) - 1, -1, -1):
        seen = time[found[k, POINT2]]
        if latest < seen:
            latest = seen
            if active[LONG] < seen:
                active[LONG] = seen
                fresh[count] = found[k]
                count += 1
    return count


@kernel
def decide_history(
    time: Integers,
    high: Floats,
    low: Floats,
    rsi: Floats,
    start: int,
    rule: Rules,
) -> Integers:
    """Every fresh setup of every window from row `start` on: rows of (n, WIDTH), in order."""
    active = np.full(2, NEVER)
    found = np.empty((rule.window, WIDTH), dtype=np.int64)
    fresh = np.empty((rule.window, WIDTH), dtype=np.int64)
    rows = np.empty((1024, WIDTH), dtype=np.int64)
    total = 0
    for newest in range(start, time.size):
        count = decide(time, high, low, rsi, newest, rule, active, found, fresh)
        if total + count > rows.shape[0]:
            grown = np.empty((2 * rows.shape[0] + count, WIDTH), dtype=np.int64)
            grown[:total] = rows[:total]
            rows = grown
        rows[total : total + count] = fresh[:count]
        total += count
    return rows[:total].copy()
