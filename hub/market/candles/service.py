"""Keep candles, and tell when one closes."""

from hub.core import outbox
from hub.core.db import Db
from hub.core.outbox import Event
from hub.core.resources import Resources
from hub.core.sql import Runs
from hub.market.candles import store, topics
from hub.market.candles.models import Candle, CandleQuery, Candles, ClosedCandle, Taken, Timeframe


async def store_closed(res: Resources, symbol: str, timeframe: str, candles: list[Candle]) -> None:
    """Keep closed candles (a known one stays as it is) and announce the newest."""
    async with res.db.transaction() as tx:
        await store.add(tx, symbol, timeframe, candles)
        newest = candles[-1]
        data = ClosedCandle(
            newest.time, newest.open, newest.high, newest.low, newest.close, newest.volume, symbol, timeframe
        )
        event = Event(topics.candles.name(symbol=symbol), "candle.closed", symbol, "trader", data)
        await outbox.append(tx, res.redis, [event])


async def take(db: Db, symbol: str, timeframe: Timeframe, candles: list[Candle]) -> Taken:
    """Store the past, known candles corrected, without telling anybody. Each time may be given once."""
    async with db.pool.acquire() as connection, connection.transaction():
        return await store.take(connection, symbol, timeframe, candles)


async def last(db: Runs, symbol: str, timeframe: Timeframe) -> Candle | None:
    """The newest closed candle there is, however old."""
    found = await store.newest(db, symbol, timeframe, None, 1)
    return found[-1] if found else None


async def newest(res: Resources, query: CandleQuery) -> Candles:
    """For a chart."""
    return Candles(await store.newest(res.db, query.symbol, query.timeframe, query.until, query.limit))
