"""A source that holds what it is given, counts who asks, and fails when told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hub.market.candles.models import Candle, Timeframe
from hub.market.candles.source import SourceAway

MONDAY = datetime(2024, 3, 4, tzinfo=UTC)


def candle(at: datetime, close: str = "2000.5") -> Candle:
    prices = (Decimal(2000), Decimal(2001), Decimal(1999), Decimal(close))
    return Candle(at, *prices, Decimal(12))


def hours(start: datetime, count: int) -> list[Candle]:
    return [candle(start + timedelta(hours=n)) for n in range(count)]


class Memory:
    def __init__(self, held: Sequence[Candle], *, away: int = 0) -> None:
        self.held = {each.time: each for each in held}
        self.asked: list[tuple[datetime, datetime]] = []
        self.away = away

    async def candles(
        self, symbol: str, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Sequence[Candle]:
        self.asked.append((start, end))
        if self.away:
            self.away -= 1
            raise SourceAway("the terminal does not answer")
        return [self.held[at] for at in sorted(self.held) if start <= at < end]
