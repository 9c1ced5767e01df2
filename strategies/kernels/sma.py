"""Simple moving average, equal to `ta` 0.11's SMAIndicator (pandas' rolling mean) bit for bit.

pandas adds and removes values with separate Kahan compensations, gives back a value that fills the
whole window as it is, and keeps a mean of one-signed values from crossing zero.
"""

from __future__ import annotations

import numpy as np

from strategies.kernels.gaps import first_number, is_whole
from strategies.kernels.jit import inline, kernel
from strategies.kernels.sums import compensated_add
from strategies.kernels.types import Floats, output

SLOT, WINDOW, COUNT, TOTAL, ADDED, REMOVED, NEGATIVE, SAME, LAST, RING = range(10)


def sma_state(window: int) -> Floats:
    """A fresh state row for `sma_step`: a header, then the window's values."""
    state = np.zeros(RING + window)
    state[SLOT], state[WINDOW], state[LAST] = RING, window, np.nan
    state[RING:] = np.nan
    return state


@inline
def _mean(total: float, count: float, negative: float, same: float, last: float) -> float:
    if same >= count:
        return last
    mean = total / count
    crossed = (mean < 0.0 and negative == 0.0) or (mean > 0.0 and negative == count)
    return 0.0 if crossed else mean


@kernel
def sma_step(state: Floats, x: float) -> float:
    """The average after one more value; NaN unless the window is full of numbers. Costs O(1)."""
    slot = int(state[SLOT])
    oldest = state[slot]
    state[slot] = x
    state[SLOT] = slot + 1 if slot + 1 < RING + int(state[WINDOW]) else RING
    if oldest == oldest:
        state[COUNT] -= 1.0
        state[TOTAL], state[REMOVED] = compensated_add(state[TOTAL], state[REMOVED], -oldest)
        state[NEGATIVE] -= np.signbit(oldest)
    if x == x:
        state[COUNT] += 1.0
        state[TOTAL], state[ADDED] = compensated_add(state[TOTAL], state[ADDED], x)
        state[NEGATIVE] += np.signbit(x)
        state[SAME] = state[SAME] + 1.0 if x == state[LAST] else 1.0
        state[LAST] = x
    if state[COUNT] < state[WINDOW]:
        return np.nan
    return _mean(state[TOTAL], state[COUNT], state[NEGATIVE], state[SAME], state[LAST])


@kernel
def _with_gaps(x: Floats, state: Floats, out: Floats) -> None:
    for i in range(x.size):
        out[i] = sma_step(state, x[i])


@kernel
def _without_gaps(x: Floats, window: int, out: Floats) -> None:
    total, added, removed, negative, same = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(x.size):
        if i >= window:
            total, removed = compensated_add(total, removed, -x[i - window])
            negative -= np.signbit(x[i - window])
        total, added = compensated_add(total, added, x[i])
        negative += np.signbit(x[i])
        same = same + 1.0 if i > 0 and x[i] == x[i - 1] else 1.0
        out[i] = _mean(total, window, negative, same, x[i])
    out[: window - 1] = np.nan


def sma(x: Floats, window: int, *, out: Floats | None = None) -> Floats:
    """The mean of the last `window` values; NaN where the window is not full of numbers.

    `out` must not be `x`.
    """
    out = output(x, out)
    start = first_number(x)
    out[:start] = np.nan
    if is_whole(x[start:]):
        _without_gaps(x[start:], window, out[start:])
    else:
        _with_gaps(x, sma_state(window), out)
    return out
