"""Queries of candles."""

from datetime import datetime
from typing import Any

from msgspec import structs

from hub.core.sql import Runs, Sql
from hub.market.candles.models import Candle, Taken

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


async def between(db: Runs, symbol: str, timeframe: str, start: datetime, until: datetime) -> list[Candle]:
    return await sql.many(
        db, Candle, "candles_between", symbol=symbol, timeframe=timeframe, start=start, until=until
    )


async def take(connection: Any, symbol: str, timeframe: str, candles: list[Candle]) -> Taken:
    """Copy many at once, within the connection's transaction: a known bar is corrected."""
    await sql.run(connection, "make_incoming")
    await connection.copy_records_to_table(
        "incoming_candles",
        schema_name="pg_temp",
        records=map(structs.astuple, candles),
        columns=Candle.__struct_fields__,
    )
    return await sql.sure(connection, Taken, "take_incoming", symbol=symbol, timeframe=timeframe)
