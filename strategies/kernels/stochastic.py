"""Stochastic oscillator (Lane), equal to `ta` 0.11's StochasticOscillator bit for bit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from strategies.kernels.extremes import RING, WINDOW, extreme_state, extreme_step, rolling_max, rolling_min
from strategies.kernels.jit import inline, kernel
from strategies.kernels.sma import sma, sma_state, sma_step
from strategies.kernels.types import Floats, outputs, same_size


class Stochastic(NamedTuple):
    """%K (0 to 100) and its moving average %D."""

    k: Floats
    d: Floats


def stochastic_state(window: int = 14, smooth: int = 3) -> Floats:
    """A fresh state row for `stochastic_step`: those of the maximum, the minimum and the average."""
    highest, lowest = extreme_state(window, highest=True), extreme_state(window, highest=False)
    return np.concatenate([highest, lowest, sma_state(smooth)])


@inline
def _k(close: float, highest: float, lowest: float) -> float:
    return 100.0 * (close - lowest) / (highest - lowest)


@kernel
def stochastic_step(state: Floats, high: float, low: float, close: float) -> tuple[float, float]:
    """%K and %D after one more bar; NaN until defined, and %K of a flat window too. O(1) amortised."""
    size = RING + 2 * int(state[WINDOW])
    highest = extreme_step(state[:size], high)
    lowest = extreme_step(state[size : 2 * size], low)
    k = _k(close, highest, lowest)
    return k, sma_step(state[2 * size :], k)


@kernel
def _oscillate(close: Floats, highest: Floats, lowest: Floats, out: Floats) -> None:
    for i in range(close.size):
        out[i] = _k(close[i], highest[i], lowest[i])


def stochastic(
    high: Floats,
    low: Floats,
    close: Floats,
    window: int = 14,
    smooth: int = 3,
    *,
    out: Stochastic | None = None,
) -> Stochastic:
    """%K and %D of every bar. `out` must not hold an input."""
    same_size(high, low, close)
    result = Stochastic(*outputs(close, 2, out))
    highest, lowest = rolling_max(high, window, out=result.k), rolling_min(low, window, out=result.d)
    _oscillate(close, highest, lowest, result.k)
    sma(result.k, smooth, out=result.d)
    return result
