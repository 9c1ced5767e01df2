"""Queries of quotes and ticks."""

from collections.abc import Sequence
from datetime import datetime

from hub.core.sql import Runs, Sql
from hub.market.quotes.models import Quote, Tick

sql = Sql("quotes")


async def take(db: Runs, given: Sequence[Quote], own: bool, now: datetime) -> list[Quote]:
    """Those that are the newest of their symbol and source now."""
    return await sql.many(
        db,
        Quote,
        "take_quotes",
        symbols=[each.symbol for each in given],
        sources=[each.source for each in given],
        times=[each.time for each in given],
        bids=[each.bid for each in given],
        asks=[each.ask for each in given],
        own=own,
        now=now,
    )


async def add_ticks(db: Runs, symbol: str, source: str, ticks: Sequence[Tick], now: datetime) -> int:
    """How many were new."""
    return await sql.run(
        db,
        "add_ticks",
        symbol=symbol,
        source=source,
        times=[each.time for each in ticks],
        bids=[each.bid for each in ticks],
        asks=[each.ask for each in ticks],
        now=now,
    )


async def between(db: Runs, symbol: str, source: str, start: datetime, until: datetime) -> list[Tick]:
    return await sql.many(db, Tick, "ticks_between", symbol=symbol, source=source, start=start, until=until)


async def since(db: Runs, symbols: list[str], sources: list[str], at: datetime) -> list[Quote]:
    """Of each symbol from the source at its place, from a time on, oldest first."""
    return await sql.many(db, Quote, "ticks_since", symbols=symbols, sources=sources, since=at)


async def newest(db: Runs, symbol: str | None) -> list[Quote]:
    return await sql.many(db, Quote, "newest_quotes", symbol=symbol)


async def quote_since(db: Runs, symbol: str, sources: Sequence[str], at: datetime) -> Quote | None:
    return await sql.one(db, Quote, "quote_since", symbol=symbol, sources=list(sources), since=at)


async def tell(db: Runs, now: datetime, before: datetime) -> list[Quote]:
    return await sql.many(db, Quote, "tell_quotes", now=now, before=before)


async def forget_ticks(db: Runs, own: bool, before: datetime, n: int) -> int:
    return await sql.run(db, "forget_ticks", own=own, before=before, n=n)
