"""Where candles come from, as the pipeline asks for them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from hub.core import clock
from hub.market.candles import rules
from hub.market.candles.models import Candle, Timeframe


class SourceAway(Exception):
    """A source cannot answer now; asking again may help."""


class CandleSource(Protocol):
    """Closed bars on request, e.g. of a file or of a terminal. Never blocks the event loop."""

    async def candles(
        self, symbol: str, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Sequence[Candle]:
        """Bars that opened from `start` until before `end` (UTC), oldest first; fewer where it has none.

        Raises SourceAway, TimeoutError or ConnectionError when it cannot answer now.
        """
        ...


class NewestFirst:
    """A terminal that only gives its newest `count` bars, the forming one included, as a source of any span.

    `newest(symbol, seconds, count)` is the terminal's call.
    """

    def __init__(
        self,
        newest: Callable[[str, int, int], Awaitable[Sequence[Candle]]],
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._newest, self._now = newest, now

    async def candles(
        self, symbol: str, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Sequence[Candle]:
        """As `CandleSource` says."""
        seconds, now = rules.STEPS[timeframe], self._now()
        count = int((now - start).total_seconds() // seconds) + 2
        given = await self._newest(symbol, seconds, count) if count > 0 else []
        last = min(end, now - timedelta(seconds=seconds) + timedelta(microseconds=1))
        return [candle for candle in given if start <= candle.time < last]
