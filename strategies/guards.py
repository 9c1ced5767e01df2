"""The guards of many accounts at once: 64-bit whole numbers in, a reason's code for each out.

Money is in minor units, shares in basis points, ages in milliseconds; `MISSING` is what is not known. The rules, in
words and with their figures, are `hub.trading.risk.rules`: a property test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from strategies.kernels.jit import inline, kernel

Ints = NDArray[np.int64]
Codes = NDArray[np.int8]

BOUND = 10**14
"""More money than this is not believed; up to it nothing here overflows."""
SKEW_MS = 5_000
"""A snapshot may be so far ahead of whoever looks at it."""
MISSING = -(2**63)
REASONS = (
    "ok",
    "snapshot_stale",
    "equity_unknown",
    "liquidation_drawdown",
    "liquidation_equity",
    "peak_unknown",
    "day_unknown",
    "margin_unknown",
    "notional_unknown",
    "drawdown",
    "equity_floor",
    "daily_stop",
    "exposure",
    "leverage",
)
"""What a code says."""


@dataclass(frozen=True, slots=True)
class Book:
    """A column an input, a row an account. A `leverage_x100` of `MISSING` is no cap."""

    equity: Ints
    peak: Ints
    day: Ints
    margin: Ints
    notional: Ints
    age_ms: Ints
    drawdown_bp: Ints
    min_equity: Ints
    liquidation_bp: Ints
    liquidation_equity: Ints
    exposure_bp: Ints
    daily_bp: Ints
    leverage_x100: Ints


@inline
def _fell(equity: int, high: int, limit_bp: int) -> bool:
    return (high - equity) * 10_000 >= high * limit_bp


@inline
def _known(value: int) -> bool:
    return -BOUND <= value <= BOUND


@kernel
def _one(now: Ints, caps: Ints, fresh_ms: int) -> int:  # noqa: C901 - the rules in their order
    equity, peak, day, margin, notional, age = now[0], now[1], now[2], now[3], now[4], now[5]
    if not (-SKEW_MS <= age <= fresh_ms):
        return 1
    if equity == 0 or not _known(equity):
        return 2
    peak_known = 0 < peak <= BOUND
    if peak_known and _fell(equity, peak, caps[2]):
        return 3
    if equity < caps[3] and (not peak_known or peak >= caps[3]):
        return 4
    if not peak_known:
        return 5
    if not 0 < day <= BOUND:
        return 6
    if not 0 <= margin <= BOUND:
        return 7
    capped = caps[6] != MISSING
    if capped and not 0 <= notional <= BOUND:
        return 8
    if _fell(equity, peak, caps[0]):
        return 9
    if equity < caps[1]:
        return 10
    if _fell(equity, day, caps[5]):
        return 11
    if margin * 10_000 > equity * caps[4]:
        return 12
    return 13 if capped and notional * 100 > equity * caps[6] else 0


@kernel
def _judge(now: Ints, caps: Ints, fresh_ms: int, out: Codes) -> None:
    for i in range(out.size):
        out[i] = _one(now[i], caps[i], fresh_ms)


def judge(book: Book, fresh_ms: int) -> Codes:
    """The code of each account's first reason, in the order of the rules. Raises ValueError for ragged columns."""
    columns: list[Any] = [getattr(book, name) for name in Book.__dataclass_fields__]
    rows = np.ascontiguousarray(np.stack(columns, axis=1), dtype=np.int64)
    out = np.empty(len(rows), dtype=np.int8)
    _judge(rows[:, :6], rows[:, 6:], fresh_ms, out)
    return out
