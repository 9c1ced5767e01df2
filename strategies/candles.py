"""Bars of one symbol and one timeframe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Bar(NamedTuple):
    """One bar: `time` is its opening in epoch seconds UTC, prices are bids, volume is in ticks."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Candles:
    """Columns of equal length, oldest bar first; `time` (int64) strictly increases."""

    time: NDArray[np.int64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __post_init__(self) -> None:
        if {column.shape for column in self.columns()} != {(self.time.size,)}:
            raise ValueError("the columns of candles must be one-dimensional and of one length")
        if np.any(np.diff(self.time) <= 0):
            raise ValueError("the times of candles must strictly increase")

    @classmethod
    def from_bars(cls, bars: Iterable[Bar]) -> Candles:
        """Candles of `bars`, oldest first. Raises ValueError when times do not increase."""
        rows = list(bars)
        time = np.array([bar.time for bar in rows], dtype=np.int64)
        prices = np.array([bar[1:] for bar in rows], dtype=np.float64).reshape(len(rows), 5)
        return cls(time, *(np.ascontiguousarray(column) for column in prices.T))

    def columns(self) -> tuple[NDArray[np.int64], Floats, Floats, Floats, Floats, Floats]:
        """The six columns in the order of `Bar`."""
        return self.time, self.open, self.high, self.low, self.close, self.volume

    def bar(self, index: int) -> Bar:
        """The bar at `index`, as plain Python numbers. Raises IndexError."""
        time, *prices = (column[index].item() for column in self.columns())
        return Bar(int(time), *prices)

    def __len__(self) -> int:
        return self.time.size

    def __getitem__(self, rows: slice) -> Candles:
        prices = (self.open, self.high, self.low, self.close, self.volume)
        return Candles(self.time[rows], *(column[rows] for column in prices))

    def __iter__(self) -> Iterator[Bar]:
        return map(Bar, *(column.tolist() for column in self.columns()))
