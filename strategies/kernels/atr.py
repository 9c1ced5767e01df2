"""Average true range (Wilder 1978), equal to `ta` 0.11's AverageTrueRange bit for bit."""

from __future__ import annotations

import numpy as np

from strategies.kernels.jit import inline, kernel
from strategies.kernels.sums import pairwise_sum
from strategies.kernels.types import Floats, output, same_size

COUNT, WINDOW, CLOSE, VALUE, SEED = range(5)


def atr_state(window: int = 14) -> Floats:
    """A fresh state row for `atr_step`: a header, then the true ranges of the seed."""
    state = np.zeros(SEED + window)
    state[WINDOW], state[CLOSE] = window, np.nan
    return state


@inline
def true_range(high: float, low: float, previous: float) -> float:
    """The greatest of high - low and both distances from the previous close (NaN: there is none)."""
    widest = high - low
    above, below = abs(high - previous), abs(low - previous)
    widest = above if above > widest else widest
    return below if below > widest else widest


@kernel
def atr_step(state: Floats, high: float, low: float, close: float) -> float:
    """ATR in price units after one more bar; 0.0 (not NaN) before `window` bars. Costs O(1)."""
    count, window = state[COUNT], state[WINDOW]
    tr = true_range(high, low, state[CLOSE])
    state[COUNT], state[CLOSE] = count + 1.0, close
    if count >= window:
        state[VALUE] = (state[VALUE] * (window - 1.0) + tr) / window
    else:
        state[SEED + int(count)] = tr
        if count == window - 1.0:
            state[VALUE] = pairwise_sum(state[SEED:]) / window
    return float(state[VALUE])


@kernel
def _atr(high: Floats, low: Floats, close: Floats, window: int, state: Floats, out: Floats) -> None:
    warm = min(window, close.size)
    for i in range(warm):
        out[i] = atr_step(state, high[i], low[i], close[i])
    value = state[VALUE]
    for i in range(warm, close.size):
        value = (value * (window - 1.0) + true_range(high[i], low[i], close[i - 1])) / window
        out[i] = value


def atr(high: Floats, low: Floats, close: Floats, window: int = 14, *, out: Floats | None = None) -> Floats:
    """ATR of every bar, in price units: Wilder's smoothing from the mean of the first true ranges.

    The first `window - 1` values are 0.0, as in `ta`; `out` must not be `close`.
    """
    same_size(high, low, close)
    out = output(close, out)
    _atr(high, low, close, window, atr_state(window), out)
    return out
