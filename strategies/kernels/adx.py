"""Average directional index (Wilder 1978) as `ta` 0.11's ADXIndicator computes it."""

from __future__ import annotations

import numpy as np

from strategies.kernels.jit import inline, kernel
from strategies.kernels.sums import pairwise_sum
from strategies.kernels.types import Floats, output, same_size

COUNT, WINDOW, HIGH, LOW, CLOSE, RANGE, UP, DOWN, VALUE, SEED = range(10)


def adx_state(window: int = 14) -> Floats:
    """A fresh state row for `adx_step`: a header, then three columns of the seeds."""
    state = np.zeros(SEED + 3 * window)
    state[WINDOW] = window
    return state


@inline
def _moves(
    last_high: float, last_low: float, last_close: float, high: float, low: float
) -> tuple[float, float, float]:
    """True range and the directional movements against the bar before."""
    wide = max(high, last_close) - min(low, last_close)
    up, down = high - last_high, last_low - low
    return wide, (up if up > down and up > 0.0 else 0.0), (down if down > up and down > 0.0 else 0.0)


@inline
def _index(wide: float, up: float, down: float) -> float:
    """The directional index of three smoothed sums."""
    plus = 100.0 * (up / wide) if wide != 0.0 else 0.0
    minus = 100.0 * (down / wide) if wide != 0.0 else 0.0
    return 100.0 * abs((plus - minus) / (plus + minus)) if plus + minus != 0.0 else 0.0


@kernel
def _seed(state: Floats, bar: int, wide: float, up: float, down: float) -> None:
    """Bars 1 to n fill the columns; at bar n they become sums, and the first column takes the DX."""
    n = int(state[WINDOW])
    columns = state[SEED:]
    columns[bar - 1], columns[n + bar - 1], columns[2 * n + bar - 1] = wide, up, down
    if bar == n:
        state[RANGE] = pairwise_sum(columns[:n])
        state[UP], state[DOWN] = pairwise_sum(columns[n : 2 * n]), pairwise_sum(columns[2 * n :])


@kernel
def adx_step(state: Floats, high: float, low: float, close: float) -> float:
    """ADX (0 to 100) after one more bar; 0.0 (not NaN) before bar 2 x window - 1. Costs O(1)."""
    bar, n = int(state[COUNT]), int(state[WINDOW])
    wide, up, down = _moves(state[HIGH], state[LOW], state[CLOSE], high, low)
    state[HIGH], state[LOW], state[CLOSE] = high, low, close
    state[COUNT] += 1.0
    if 0 < bar <= n:
        _seed(state, bar, wide, up, down)
    elif bar > n:
        state[RANGE] = state[RANGE] - state[RANGE] / n + wide
        state[UP] = state[UP] - state[UP] / n + up
        state[DOWN] = state[DOWN] - state[DOWN] / n + down
    if bar >= 2 * n:
        index = _index(state[RANGE], state[UP], state[DOWN])
        state[VALUE] = (state[VALUE] * (n - 1) + index) / n
    elif bar >= n:
        state[SEED + bar - n] = _index(state[RANGE], state[UP], state[DOWN])
        if bar == 2 * n - 1:
            state[VALUE] = pairwise_sum(state[SEED : SEED + n]) / n
    return float(state[VALUE])


@kernel
def _adx(high: Floats, low: Floats, close: Floats, n: int, state: Floats, out: Floats) -> None:
    warm = min(2 * n, close.size)
    for i in range(warm):
        out[i] = adx_step(state, high[i], low[i], close[i])
    ranges, ups, downs, value = state[RANGE], state[UP], state[DOWN], state[VALUE]
    for i in range(warm, close.size):
        wide, up, down = _moves(high[i - 1], low[i - 1], close[i - 1], high[i], low[i])
        ranges, ups, downs = ranges - ranges / n + wide, ups - ups / n + up, downs - downs / n + down
        value = (value * (n - 1) + _index(ranges, ups, downs)) / n
        out[i] = value


def adx(high: Floats, low: Floats, close: Floats, window: int = 14, *, out: Floats | None = None) -> Floats:
    """ADX of every bar; the first 2 x window - 1 values are 0.0, as in `ta`.

    Sums start over bars 1 to n and go on as s - s/n + x; the average starts as the mean of n indices.
    """
    same_size(high, low, close)
    out = output(close, out)
    _adx(high, low, close, window, adx_state(window), out)
    return out
