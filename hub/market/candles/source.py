"""Where candles come from, as the pipeline asks for them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from hub.core import clock
from hub.market.candles import rules
from hub.market.candles.models import Candle, Timeframe

log = structlog.get_logger()

T = TypeVar("T")


class SourceAway(Exception):
    """A source cannot answer now; asking again may help."""


_AWAY = (SourceAway, TimeoutError, ConnectionError)


async def patiently(ask: Callable[[], Awaitable[T]], *, retries: int, seconds: float, **about: str) -> T:
    """The answer of a source; asked again up to `retries` times, `seconds` apart, while it is away.

    Raises what it raised last. `about` is for the log.
    """
    for tries_left in reversed(range(retries + 1)):
        try:
            return await ask()
        except _AWAY as error:
            if not tries_left:
                raise
            log.warning("market.source_away", error=str(error), **about)
            await asyncio.sleep(seconds)
    raise AssertionError("the last try returns or raises")


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
