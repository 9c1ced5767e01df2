"""Moving average convergence divergence (Appel), equal to `ta` 0.11's MACD bit for bit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from strategies.kernels.ema import SIZE, ema_state, ema_step
from strategies.kernels.gaps import is_whole
from strategies.kernels.jit import kernel
from strategies.kernels.smoothing import moved, smooth, span_weight
from strategies.kernels.types import Floats, outputs


class Macd(NamedTuple):
    """The line (fast less slow average), its signal average, and line less signal."""

    line: Floats
    signal: Floats
    histogram: Floats


def macd_state(fast: int = 12, slow: int = 26, signal: int = 9) -> Floats:
    """A fresh state row for `macd_step`."""
    return np.concatenate([ema_state(fast), ema_state(slow), ema_state(signal)])


@kernel
def macd_step(state: Floats, close: float) -> tuple[float, float, float]:
    """Line, signal and histogram after one more close, each NaN until defined. Costs O(1)."""
    line = ema_step(state[:SIZE], close) - ema_step(state[SIZE : 2 * SIZE], close)
    signal = ema_step(state[2 * SIZE :], line)
    return line, signal, line - signal


@kernel
def _with_gaps(close: Floats, state: Floats, out: Macd) -> None:
    for i in range(close.size):
        out.line[i], out.signal[i], out.histogram[i] = macd_step(state, close[i])


@kernel
def _without_gaps(close: Floats, fast: int, slow: int, signal: int, out: Macd) -> None:
    fast_alpha, slow_alpha, signal_alpha = span_weight(fast), span_weight(slow), span_weight(signal)
    first = min(max(fast, slow) - 1, close.size - 1)
    quick = steady = close[0]
    for i in range(first + 1):
        quick, steady = smooth(quick, close[i], fast_alpha), smooth(steady, close[i], slow_alpha)
    mean = out.line[first] = out.signal[first] = quick - steady
    out.histogram[first] = 0.0
    for i in range(first + 1, close.size):
        x = close[i]
        next_quick, next_steady = moved(quick, x, fast_alpha), moved(steady, x, slow_alpha)
        line = next_quick - next_steady
        next_mean = moved(mean, line, signal_alpha)
        # One rare branch for all three averages: a choice in each would lengthen the chain that bounds the speed.
        if quick == x or steady == x or mean == line:
            next_quick, next_steady = smooth(quick, x, fast_alpha), smooth(steady, x, slow_alpha)
            line = next_quick - next_steady
            next_mean = smooth(mean, line, signal_alpha)
        quick, steady, mean = next_quick, next_steady, next_mean
        out.line[i], out.signal[i], out.histogram[i] = line, mean, line - mean
    undefined = max(fast, slow) - 1
    out.line[:undefined] = np.nan
    out.signal[: undefined + signal - 1] = np.nan
    out.histogram[: undefined + signal - 1] = np.nan


def macd(close: Floats, fast: int = 12, slow: int = 26, signal: int = 9, *, out: Macd | None = None) -> Macd:
    """MACD of every close. The signal starts from the first defined line. `out` must not hold `close`."""
    result = Macd(*outputs(close, 3, out))
    if close.size and is_whole(close):
        _without_gaps(close, fast, slow, signal, result)
    else:
        _with_gaps(close, macd_state(fast, slow, signal), result)
    return result
