"""Where a series has numbers: batches take a straight path through those without gaps."""

from __future__ import annotations

from strategies.kernels.jit import kernel
from strategies.kernels.types import Floats


@kernel
def first_number(x: Floats) -> int:
    """Index of the first value that is not NaN, `x.size` if there is none."""
    for i in range(x.size):
        if x[i] == x[i]:
            return i
    return x.size


@kernel
def is_whole(x: Floats) -> bool:
    """Whether no value is NaN."""
    gaps = 0
    for i in range(x.size):
        gaps += x[i] != x[i]
    return gaps == 0
