"""Bollinger bands, equal to `ta` 0.11's BollingerBands bit for bit.

The deviation is pandas' rolling variance (ddof 0): Welford's recursion with separate compensations for
values added and removed, computed anew from the window when a step cancels too many digits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from strategies.kernels.gaps import is_whole
from strategies.kernels.jit import inline, kernel
from strategies.kernels.sma import RING, sma, sma_state, sma_step
from strategies.kernels.sma import SLOT as MEAN_SLOT
from strategies.kernels.types import Floats, outputs

SEEN, WINDOW, COUNT, MEAN, SQUARES, ADDED, REMOVED, UNSTABLE, DEVIATIONS, HEADER = range(10)
CANCELLED = np.finfo(np.float64).eps * 1e3
"""pandas' bound: a sum of squares that falls to this fraction has about three digits left."""


class Bands(NamedTuple):
    """The moving average and the bands at `deviations` standard deviations (population) around it."""

    middle: Floats
    upper: Floats
    lower: Floats


def bollinger_state(window: int = 20, deviations: float = 2.0) -> Floats:
    """A fresh state row for `bollinger_step`: a header, then the row of the moving average."""
    header = np.zeros(HEADER)
    header[WINDOW], header[DEVIATIONS] = window, deviations
    return np.concatenate([header, sma_state(window)])


@inline
def _shift(
    mean: float, squares: float, lost: float, x: float, count: float, sign: float
) -> tuple[float, float, float, bool]:
    """Mean, sum of squares and compensation with `x` added (`sign` 1) or removed (-1).

    `count` is how many values there are then. Last: whether too many digits cancelled.
    """
    before = mean - lost
    y = x - lost
    delta = y - mean
    lost = delta + mean - y
    mean += sign * (delta / count)
    shifted = squares + sign * ((x - before) * (x - mean))
    return mean, shifted, lost, bool(squares * CANCELLED > shifted)


@inline
def _recomputed(x: Floats, start: int, size: int) -> tuple[float, float, float, float]:
    """Count, mean, sum of squares and compensation of the ring `x`, read from `start` on."""
    count, mean, squares, lost = 0.0, 0.0, 0.0, 0.0
    for k in range(start, start + size):
        value = x[k % x.size]
        if value == value:
            count += 1.0
            mean, squares, lost, _ = _shift(mean, squares, lost, value, count, 1.0)
    return count, mean, squares, lost


@inline
def _spread(squares: float, count: float, deviations: float) -> float:
    return float(deviations * np.sqrt(max(squares / count, 0.0)))


@kernel
def _replace(state: Floats, oldest: float, x: float) -> None:
    """Remove `oldest`, then add `x`; either may be NaN, which is no value."""
    if oldest == oldest:
        state[COUNT] -= 1.0
        if state[COUNT] > 0.0:
            mean, squares, lost, bad = _shift(
                state[MEAN], state[SQUARES], state[REMOVED], oldest, state[COUNT], -1.0
            )
            state[MEAN], state[SQUARES], state[REMOVED] = mean, squares, lost
            state[UNSTABLE] = max(state[UNSTABLE], bad)
        else:
            state[MEAN] = state[SQUARES] = state[UNSTABLE] = 0.0
    if x == x:
        state[COUNT] += 1.0
        mean, squares, lost, bad = _shift(state[MEAN], state[SQUARES], state[ADDED], x, state[COUNT], 1.0)
        state[MEAN], state[SQUARES], state[ADDED] = mean, squares, lost
        state[UNSTABLE] = max(state[UNSTABLE], bad)


@kernel
def bollinger_step(state: Floats, x: float) -> tuple[float, float, float]:
    """Middle, upper and lower band after one more value; NaN unless the window is full of numbers.

    Costs O(1) but for the rare steps that compute the window anew.
    """
    ring = state[HEADER + RING :]
    slot = int(state[HEADER + MEAN_SLOT]) - RING
    state[SEEN] = min(state[SEEN] + 1.0, state[WINDOW])
    _replace(state, ring[slot], x)
    middle = sma_step(state[HEADER:], x)
    if state[UNSTABLE] > 0.0 or state[SEEN] == 1.0:
        size = int(state[SEEN])
        count, mean, squares, lost = _recomputed(ring, slot + 1 - size + ring.size, size)
        state[COUNT], state[MEAN], state[SQUARES], state[ADDED] = count, mean, squares, lost
        state[REMOVED] = state[UNSTABLE] = 0.0
    if state[COUNT] < state[WINDOW]:
        return np.nan, np.nan, np.nan
    spread = _spread(state[SQUARES], state[COUNT], state[DEVIATIONS])
    return middle, middle + spread, middle - spread


@kernel
def _with_gaps(x: Floats, state: Floats, out: Bands) -> None:
    for i in range(x.size):
        out.middle[i], out.upper[i], out.lower[i] = bollinger_step(state, x[i])


@kernel
def _without_gaps(x: Floats, window: int, deviations: float, out: Bands) -> None:
    mean, squares, added, removed, fewer = 0.0, 0.0, 0.0, 0.0, False
    for i in range(x.size):
        if i >= window > 1:
            mean, squares, removed, fewer = _shift(mean, squares, removed, x[i - window], window - 1.0, -1.0)
        count = min(i + 1, window)
        mean, squares, added, more = _shift(mean, squares, added, x[i], count, 1.0)
        if fewer or more or i == 0 or window == 1:
            _, mean, squares, added = _recomputed(x, i + 1 - count, count)
            removed, fewer = 0.0, False
        spread = _spread(squares, window, deviations)
        out.upper[i], out.lower[i] = out.middle[i] + spread, out.middle[i] - spread


def bollinger(x: Floats, window: int = 20, deviations: float = 2.0, *, out: Bands | None = None) -> Bands:
    """Bands of every value; NaN where the window is not full of numbers. `out` must not hold `x`."""
    result = Bands(*outputs(x, 3, out))
    if is_whole(x):
        sma(x, window, out=result.middle)
        _without_gaps(x, window, deviations, result)
    else:
        _with_gaps(x, bollinger_state(window, deviations), result)
    return result
