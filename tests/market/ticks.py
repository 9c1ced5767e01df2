"""Quotes and ticks for tests, and a source of ticks that counts who asks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from hub.market.candles.source import SourceAway
from hub.market.quotes import service
from hub.market.quotes.models import Quote, Tick
from tests.hubs import RunningHub


def tick(at: datetime, bid: str = "2000.00", ask: str = "2000.20") -> Tick:
    return Tick(at, Decimal(bid), Decimal(ask))


def quote(
    symbol: str, at: datetime, bid: str = "2000.00", ask: str = "2000.20", source: str = "gateway:demo"
) -> Quote:
    return Quote(at, Decimal(bid), Decimal(ask), symbol, source)


def steadily(start: datetime, count: int, seconds: int = 10) -> list[Tick]:
    return [tick(start + timedelta(seconds=n * seconds)) for n in range(count)]


async def taken(hub: RunningHub, *quotes: Quote, own: bool = False) -> None:
    async with hub.res.db.transaction() as tx:
        await service.take(tx, quotes, own=own)


async def nobody_quotes(hub: RunningHub, symbol: str) -> None:
    """As if every quote of it were of somebody's own terminal, and none had been told."""
    await hub.res.db.execute("update market.quotes set own = true where symbol = $1", symbol)
    await hub.res.db.execute("update market.told_quotes set time = 'epoch' where symbol = $1", symbol)


class Memory:
    """Gives what it holds; is away so many times first."""

    def __init__(self, held: Sequence[Tick], *, name: str = "memory", away: int = 0) -> None:
        self.name, self.held, self.away = name, held, away
        self.asked: list[tuple[datetime, datetime]] = []

    async def ticks(self, symbol: str, start: datetime, end: datetime) -> Sequence[Tick]:
        self.asked.append((start, end))
        if self.away:
            self.away -= 1
            raise SourceAway("the terminal does not answer")
        return [each for each in self.held if start <= each.time < end]
