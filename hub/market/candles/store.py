"""Queries of candles."""

from datetime import datetime

from hub.core.sql import Runs, Sql
from hub.market.candles.models import Candle

sql = Sql("candles")


async def add(db: Runs, symbol: str, timeframe: str, candles: list[Candle]) -> None:
    await sql.run(
        db,
        "add_candles",
        symbol=symbol,
        timeframe=timeframe,
        times=[candle.time for candle in candles],
        opens=[candle.open for candle in candles],
        highs=[candle.high for candle in candles],
        lows=[candle.low for candle in candles],
        closes=[candle.close for candle in candles],
        volumes=[candle.volume for candle in candles],
    )


async def newest(db: Runs, symbol: str, timeframe: str, until: datetime | None, n: int) -> list[Candle]:
    return await sql.many(db, Candle, "newest_candles", symbol=symbol, timeframe=timeframe, until=until, n=n)
