"""The rules of Fib-RSI written out word by word, slow and plain: what the compiled scan must equal."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from strategies.candles import Candles
from strategies.fib_rsi import FibRsiParams

HOUR = 3600


class Found(NamedTuple):
    side: str
    cross: int
    completion: int
    first: float
    second: float
    point2: int


def _completion(rsi: list[float], time: list[int], i: int, rule: FibRsiParams, short: bool) -> int | None:
    for j in range(i + 1, min(len(rsi), i + rule.completion_bars + 1)):
        if time[j] - time[i] > rule.completion_hours * HOUR:
            return None
        if (rsi[j] <= rule.rsi_low) if short else (rsi[j] >= rule.rsi_high):
            return j
    return None


def _in_time(now: int, time1: int, time2: int, rule: FibRsiParams) -> bool:
    return time2 - time1 <= rule.completion_hours * HOUR and now - time2 <= rule.max_age_hours * HOUR


def setups(window: Candles, rsi: list[float], rule: FibRsiParams) -> list[Found]:
    """The setups of one window, rule 1.3, in the order found."""
    time, high, low = window.time.tolist(), window.high.tolist(), window.low.tolist()
    rows = range(len(rsi))
    found: list[Found] = []
    for i in rows[1:]:
        if not (rsi[i - 1] <= rule.rsi_high and rsi[i] > rule.rsi_high):
            continue
        top = max((j for j in rows[i:] if rsi[j] > rule.rsi_high), key=lambda j: (high[j], -j))
        done = _completion(rsi, time, i, rule, short=True)
        if done is None:
            continue
        lows = [j for j in rows[done:] if rsi[j] <= rule.rsi_low]
        bottom = min(lows, key=lambda j: (low[j], j))
        timed = max(lows, key=lambda j: (low[j], -j)) if rule.point2_short_uses_highest_low else bottom
        if _in_time(time[-1], time[top], time[timed], rule) and high[top] > low[bottom]:
            found.append(Found("short", i, done, high[top], low[bottom], time[timed]))
    for i in rows[1:]:
        if not (rsi[i - 1] >= rule.rsi_low and rsi[i] < rule.rsi_low):
            continue
        bottom = min((j for j in rows[i:] if rsi[j] < rule.rsi_low), key=lambda j: (low[j], j))
        done = _completion(rsi, time, i, rule, short=False)
        if done is None:
            continue
        top = max((j for j in rows[done:] if rsi[j] >= rule.rsi_high), key=lambda j: (high[j], -j))
        superseded = any(each.point2 >= time[top] for each in found)
        in_time = _in_time(time[-1], time[bottom], time[top], rule)
        if in_time and high[top] > low[bottom] and not superseded:
            found.append(Found("long", i, done, low[bottom], high[top], time[top]))
    return found


def orders(candles: Candles, rsi: np.ndarray[tuple[int], np.dtype[np.float64]], rule: FibRsiParams):  # type: ignore[no-untyped-def]
    """Rule 1.4 without fills: (decision time, setup) of every order placed."""
    active = {"short": -1, "long": -1}
    for newest in range(rule.main_bars, len(candles)):
        rows = slice(newest - rule.window_size + 1, newest + 1)
        for each in setups(candles[rows], rsi[rows].tolist(), rule):
            if each.point2 > active[each.side]:
                active[each.side] = each.point2
                yield int(candles.time[newest]), each
