"""Relative strength index (Wilder 1978), equal to `ta` 0.11's RSIIndicator bit for bit."""

from __future__ import annotations

import numpy as np

from strategies.kernels.jit import inline, kernel
from strategies.kernels.smoothing import smooth, wilder_weight
from strategies.kernels.types import Floats, output

COUNT, WINDOW, ALPHA, CLOSE, UP, DOWN, SIZE = range(7)


def rsi_state(window: int = 14) -> Floats:
    """A fresh state row for `rsi_step`."""
    state = np.zeros(SIZE)
    state[WINDOW] = window
    state[ALPHA] = wilder_weight(window)
    state[CLOSE] = np.nan
    return state


@inline
def _index(up: float, down: float) -> float:
    return 100.0 if down == 0.0 else 100.0 - 100.0 / (1.0 + up / down)


@kernel
def rsi_step(state: Floats, close: float) -> float:
    """RSI (0 to 100) after one more close; NaN before `window` bars. Costs O(1)."""
    change = close - state[CLOSE]
    state[CLOSE] = close
    state[UP] = smooth(state[UP], change if change > 0.0 else 0.0, state[ALPHA])
    state[DOWN] = smooth(state[DOWN], -change if change < 0.0 else 0.0, state[ALPHA])
    state[COUNT] += 1.0
    return _index(state[UP], state[DOWN]) if state[COUNT] >= state[WINDOW] else np.nan


@kernel
def _rsi(close: Floats, window: int, out: Floats) -> None:
    alpha = wilder_weight(window)
    up = down = 0.0
    for i in range(close.size):
        change = close[i] - close[i - 1] if i else 0.0
        up = smooth(up, change if change > 0.0 else 0.0, alpha)
        down = smooth(down, -change if change < 0.0 else 0.0, alpha)
        out[i] = _index(up, down)
    out[: window - 1] = np.nan


def rsi(close: Floats, window: int = 14, *, out: Floats | None = None) -> Floats:
    """RSI of every close; the first `window - 1` values are NaN.

    The first bar counts as no change and seeds both averages with 0; without any fall the index is
    100, for a flat market too.
    """
    out = output(close, out)
    _rsi(close, window, out)
    return out
