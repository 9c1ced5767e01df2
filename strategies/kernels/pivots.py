"""Floor traders' pivot points of each bar."""

from __future__ import annotations

from typing import NamedTuple

from strategies.kernels.jit import kernel
from strategies.kernels.types import Floats, outputs, same_size


class Pivots(NamedTuple):
    """The pivot, two resistances and two supports, in price units."""

    pivot: Floats
    r1: Floats
    s1: Floats
    r2: Floats
    s2: Floats


@kernel
def pivot_levels(high: float, low: float, close: float) -> tuple[float, float, float, float, float]:
    """P = (H + L + C) / 3, R1 = 2P - L, S1 = 2P - H, R2 = P + (H - L), S2 = P - (H - L)."""
    pivot = (high + low + close) / 3.0
    return pivot, 2.0 * pivot - low, 2.0 * pivot - high, pivot + (high - low), pivot - (high - low)


@kernel
def _pivots(high: Floats, low: Floats, close: Floats, out: Pivots) -> None:
    for i in range(close.size):
        levels = pivot_levels(high[i], low[i], close[i])
        out.pivot[i], out.r1[i], out.s1[i], out.r2[i], out.s2[i] = levels


def pivots(high: Floats, low: Floats, close: Floats, *, out: Pivots | None = None) -> Pivots:
    """`pivot_levels` of every bar; shift by one bar to use them without looking ahead."""
    same_size(high, low, close)
    result = Pivots(*outputs(close, 5, out))
    _pivots(high, low, close, result)
    return result
