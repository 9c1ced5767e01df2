"""From the rows a scan found to a setup with its prices and features."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from strategies.fib_rsi.params import HOUR, FibRsiParams
from strategies.fib_rsi.scan import (
    BAR,
    COMPLETION,
    CROSS,
    EXTREME1,
    EXTREME2,
    POINT2,
    SHORT,
    SIDE,
    Integers,
)
from strategies.fib_rsi.setup import Point, Setup, Side, iso
from strategies.kernels.fibonacci import extension, retracement
from strategies.kernels.types import Floats
from strategies.symbols import Symbol

LAGS = (0, 1, 2, 3)
SIDES: tuple[Side, Side] = ("short", "long")


class Columns(NamedTuple):
    """The rows a scan reads, and the closes the features need."""

    time: Integers
    high: Floats
    low: Floats
    rsi: Floats
    close: Floats


def build_setup(columns: Columns, found: NDArray[np.int64], symbol: Symbol, params: FibRsiParams) -> Setup:
    """The setup of one row of `scan.decide`."""
    row = found.tolist()
    side = SIDES[row[SIDE]]
    first, second = (columns.high, columns.low) if row[SIDE] == SHORT else (columns.low, columns.high)
    point1 = _point(columns, row[BAR], row[CROSS], row[CROSS], first[row[EXTREME1]], params)
    point2 = _point(columns, row[BAR], row[COMPLETION], row[POINT2], second[row[EXTREME2]], params)
    entry = retracement(point1.price, point2.price, params.entry_ratio)
    stop = extension(point1.price, point2.price, params.stop_ratio)
    opened = int(columns.time[row[BAR]])
    return Setup(
        id=f"{symbol.name}_H1_{side}_{iso(point2.time)}",
        symbol=symbol.name,
        side=side,
        time=opened,
        decided_at=opened if params.evaluate_forming_bar else opened + HOUR,
        point1=point1,
        point2=point2,
        entry=entry,
        stop=stop,
        target=entry - params.rr_ratio * (stop - entry),
        risk=abs(entry - stop),
        features=features(columns, row[BAR], params.roc_period),
    )


def _point(
    columns: Columns, newest: int, row: int, timed: int, price: np.float64, params: FibRsiParams
) -> Point:
    return Point(
        row=row - (newest - params.window_size + 1),
        time=int(columns.time[timed]),
        price=float(price),
        rsi=float(columns.rsi[row]),
    )


def features(columns: Columns, newest: int, period: int) -> dict[str, float]:
    """What is recorded of the decision bar and decides nothing.

    RSI (0 to 100), the close's rate of change over `period` bars in percent, and the RSI's own rate of
    change clipped to +-100 and divided by 100, now and 1 to 3 bars ago.
    """
    named = {"rsi": float(columns.rsi[newest]), f"roc_{period}": _roc(columns.close, newest, period)}
    for lag in LAGS:
        change = _roc(columns.rsi, newest - lag, period)
        named[f"rsi_roc_{period}" + (f"_lag{lag}" if lag else "")] = min(max(change, -100.0), 100.0) / 100.0
    return named


def _roc(series: Floats, row: int, period: int) -> float:
    now, then = float(series[row]), float(series[row - period])
    return (now - then) / then * 100.0 if then else 0.0
