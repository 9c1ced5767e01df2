"""Sums whose rounding follows numpy and pandas."""

from __future__ import annotations

from strategies.kernels.jit import inline, kernel
from strategies.kernels.types import Floats

BLOCK = 128


@kernel
def pairwise_sum(x: Floats) -> float:
    """The sum in numpy's order: eight running sums within blocks of 128, blocks in halves."""
    if x.size > BLOCK:
        half = x.size // 2
        half -= half % 8
        return pairwise_sum(x[:half]) + pairwise_sum(x[half:])
    total, done = 0.0, 0
    if x.size >= 8:
        a, b, c, d, e, f, g, h = x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]
        done = x.size - x.size % 8
        for i in range(8, done, 8):
            a, b, c, d = a + x[i], b + x[i + 1], c + x[i + 2], d + x[i + 3]
            e, f, g, h = e + x[i + 4], f + x[i + 5], g + x[i + 6], h + x[i + 7]
        total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for i in range(done, x.size):
        total += x[i]
    return total


@inline
def compensated_add(total: float, lost: float, x: float) -> tuple[float, float]:
    """`total + x` and what rounding lost of it (Kahan 1965); `lost` is what was lost before."""
    y = x - lost
    t = total + y
    return t, (t - total) - y
