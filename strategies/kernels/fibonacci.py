"""Fibonacci retracement and extension of a leg from a first to a second price."""

from __future__ import annotations

import numpy as np

from strategies.kernels.jit import kernel
from strategies.kernels.types import Floats, output


@kernel
def retracement(first: float, second: float, ratio: float) -> float:
    """The price `ratio` of the way back from `second` to `first`."""
    return second + ratio * (first - second)


@kernel
def extension(first: float, second: float, ratio: float) -> float:
    """The price `ratio` of the leg beyond `first`, away from `second`."""
    return first + ratio * (first - second)


@kernel
def _levels(first: Floats, second: Floats, ratio: float, out: Floats) -> None:
    for i in range(first.size):
        out[i] = second[i] + ratio * (first[i] - second[i])


def retracements(first: Floats, second: Floats, ratio: float, *, out: Floats | None = None) -> Floats:
    """`retracement` of every pair of prices; a ratio above 1 extends beyond `first`."""
    if np.shape(first) != np.shape(second):
        raise ValueError("first and second must be of one shape")
    out = output(first, out)
    _levels(first, second, ratio, out)
    return out
