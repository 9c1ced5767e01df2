"""Exponential moving average, equal to `ta` 0.11's EMAIndicator bit for bit."""

from __future__ import annotations

import numpy as np

from strategies.kernels.jit import kernel
from strategies.kernels.smoothing import defined, smooth_gaps, span_weight
from strategies.kernels.types import Floats, output

COUNT, WINDOW, ALPHA, MEAN, WEIGHT, SIZE = range(6)


def ema_state(window: int) -> Floats:
    """A fresh state row for `ema_step`."""
    return np.array([0.0, window, span_weight(window), np.nan, 1.0])


@kernel
def ema_step(state: Floats, x: float) -> float:
    """The average after one more value; NaN before `window` values. Costs O(1)."""
    state[MEAN], state[WEIGHT] = smooth_gaps(state[MEAN], state[WEIGHT], x, state[ALPHA])
    state[COUNT] += x == x
    return defined(state[MEAN], state[COUNT], state[WINDOW])


@kernel
def _ema(x: Floats, window: int, out: Floats) -> None:
    alpha = span_weight(window)
    count, mean, weight = 0, np.nan, 1.0
    for i in range(x.size):
        mean, weight = smooth_gaps(mean, weight, x[i], alpha)
        count += x[i] == x[i]
        out[i] = defined(mean, count, window)


def ema(x: Floats, window: int, *, out: Floats | None = None) -> Floats:
    """EMA with weight 2 / (window + 1), seeded with the first value; NaN before `window` values."""
    out = output(x, out)
    _ema(x, window, out)
    return out
