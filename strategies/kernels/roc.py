"""Rate of change, equal to `ta` 0.11's ROCIndicator bit for bit."""

from __future__ import annotations

import numpy as np

from strategies.kernels.jit import kernel
from strategies.kernels.types import Floats, output

SLOT, RING = range(2)


def roc_state(window: int = 12) -> Floats:
    """A fresh state row for `roc_step`: the next slot, then the last `window` values."""
    state = np.full(RING + window, np.nan)
    state[SLOT] = RING
    return state


@kernel
def roc_step(state: Floats, x: float) -> float:
    """Change in percent over `window` values after one more; NaN before that. Costs O(1)."""
    slot = int(state[SLOT])
    then = state[slot]
    state[slot] = x
    state[SLOT] = slot + 1 if slot + 1 < state.size else RING
    return float((x - then) / then * 100.0)


@kernel
def _roc(x: Floats, window: int, out: Floats) -> None:
    out[:window] = np.nan
    for i in range(window, x.size):
        out[i] = (x[i] - x[i - window]) / x[i - window] * 100.0


def roc(x: Floats, window: int = 12, *, out: Floats | None = None) -> Floats:
    """(x - x[window ago]) / x[window ago] x 100; the first `window` values are NaN.

    `out` must not be `x`.
    """
    out = output(x, out)
    _roc(x, window, out)
    return out
