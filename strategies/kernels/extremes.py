"""Rolling maximum and minimum, equal to pandas' `rolling(window).max()` and `.min()`."""

from __future__ import annotations

import numpy as np

from strategies.kernels.jit import inline, kernel
from strategies.kernels.types import Floats, output

COUNT, WINDOW, SIGN, HEAD, LENGTH, GAP, RING = range(7)


def extreme_state(window: int, *, highest: bool) -> Floats:
    """A fresh state row for `extreme_step`: a header, then indices and values of a monotone deque."""
    state = np.zeros(RING + 2 * window)
    state[WINDOW], state[SIGN], state[GAP] = window, 1.0 if highest else -1.0, -np.inf
    return state


@kernel
def extreme_step(state: Floats, x: float) -> float:
    """The extreme of the last `window` values; NaN unless they are all numbers. Costs O(1) amortised."""
    i, window, sign = int(state[COUNT]), int(state[WINDOW]), state[SIGN]
    index, value = state[RING : RING + window], state[RING + window :]
    head, length = int(state[HEAD]), int(state[LENGTH])
    if length and index[head] <= i - window:
        head, length = (head + 1) % window, length - 1
    if x == x:
        while length and sign * value[(head + length - 1) % window] <= sign * x:
            length -= 1
        slot = (head + length) % window
        index[slot], value[slot], length = i, x, length + 1
    else:
        state[GAP] = i
    state[COUNT], state[HEAD], state[LENGTH] = i + 1, head, length
    return float(value[head]) if i >= window - 1 and i - state[GAP] >= window else np.nan


@inline
def _higher(a: float, x: float) -> float:
    return x if x > a else a


@kernel
def _extremes(x: Floats, window: int, sign: float, suffix: Floats, out: Floats) -> None:
    """van Herk (1992): each answer joins the suffix of one block of `window` to the prefix of the next.

    `suffix` is scratch of `window + 1`; its last place stays without a value.
    """
    gap = -window
    suffix[:] = -np.inf
    for start in range(0, x.size, window):
        prefix = -np.inf
        for i in range(start, min(start + window, x.size)):
            if x[i] != x[i]:
                gap = i
            prefix = _higher(prefix, sign * x[i])
            best = _higher(prefix, suffix[i - start + 1])
            out[i] = sign * best if i - gap >= window else np.nan
        if start + window <= x.size:
            for k in range(window - 1, 0, -1):
                suffix[k] = _higher(suffix[k + 1], sign * x[start + k])
    out[: window - 1] = np.nan


def rolling_max(x: Floats, window: int, *, out: Floats | None = None) -> Floats:
    """The greatest of the last `window` values; NaN unless they are all numbers. `out` is not `x`."""
    out = output(x, out)
    _extremes(x, window, 1.0, np.empty(window + 1), out)
    return out


def rolling_min(x: Floats, window: int, *, out: Floats | None = None) -> Floats:
    """The least of the last `window` values; NaN unless they are all numbers. `out` is not `x`."""
    out = output(x, out)
    _extremes(x, window, -1.0, np.empty(window + 1), out)
    return out
