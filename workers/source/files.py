"""A file of candles as a source of the hub's pipeline."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np

from hub.market.candles.models import Candle, Timeframe
from hub.market.candles.rules import STEPS
from strategies.candles import Candles
from workers.source.load import load


class FileSource:
    """The bars of one symbol from a CSV or Parquet file, read and checked once, in a thread."""

    def __init__(self, path: Path, symbol: str, timeframe: Timeframe, *, timezone: str | None = None) -> None:
        self._path, self._symbol, self._timeframe = path, symbol, timeframe
        self._timezone = timezone
        self._loaded: Candles | None = None

    async def candles(
        self, symbol: str, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Sequence[Candle]:
        """Bars that opened from `start` until before `end`; none of any other symbol or timeframe.

        Raises BadCandles for a file that must not be used.
        """
        if (symbol, timeframe) != (self._symbol, self._timeframe):
            return []
        if self._loaded is None:
            self._loaded = await asyncio.to_thread(self._load)
        first, last = np.searchsorted(self._loaded.time, [start.timestamp(), end.timestamp()])
        return stored(self._loaded[first:last])

    def _load(self) -> Candles:
        return load(self._path, timeframe=STEPS[self._timeframe], timezone=self._timezone)[0]


def stored(candles: Candles) -> list[Candle]:
    """As the hub stores them: the shortest decimals that are these numbers, so those of the file."""
    return [
        Candle(datetime.fromtimestamp(bar.time, UTC), *(Decimal(repr(number)) for number in bar[1:]))
        for bar in candles
    ]
