"""Queries of paper trading. They name paper tables and candles, and nothing of what is live."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from hub.core.sql import Runs, Sql
from hub.market.candles.models import Candle
from hub.trading.paper.models import BookRow, Change, Closed, EnableIn, Portfolio, Trade, Withdrawn
from hub.trading.signals.models import Signal

sql = Sql("paper")


class NewestBar(Struct, frozen=True):
    time: datetime


async def begin(
    db: Runs, id: UUID, user_id: UUID, given: EnableIn, spread_points: int, now: datetime
) -> Portfolio | None:
    """None when one is enabled already."""
    return await sql.one(
        db,
        Portfolio,
        "add_portfolio",
        id=id,
        user_id=user_id,
        currency=given.currency,
        deposit=given.deposit,
        fill_at=given.fill_at,
        spread_points=spread_points,
        slippage_points=given.slippage_points,
        now=now,
    )


async def hold(db: Runs, user_id: UUID) -> Portfolio | None:
    """The enabled portfolio of a person, for this transaction alone."""
    return await sql.one(db, Portfolio, "hold_portfolio", user_id=user_id)


async def newest(db: Runs, user_id: UUID) -> Portfolio | None:
    return await sql.one(db, Portfolio, "newest_portfolio", user_id=user_id)


async def end(db: Runs, id: UUID, now: datetime) -> None:
    await sql.run(db, "end_portfolio", id=id, now=now)


async def add_to_balance(db: Runs, id: UUID, profit: int) -> None:
    await sql.run(db, "add_to_balance", id=id, profit=profit)


async def due(db: Runs, timeframe: str, n: int) -> list[Portfolio]:
    """Portfolios with orders at work and candles not yet seen, held; those another worker holds are left out."""
    return await sql.many(db, Portfolio, "due_portfolios", timeframe=timeframe, n=n)


async def bars_after(db: Runs, symbol: str, timeframe: str, clock: datetime, n: int) -> list[Candle]:
    return await sql.many(db, Candle, "bars_after", symbol=symbol, timeframe=timeframe, clock=clock, n=n)


async def newest_bar(db: Runs, symbol: str, timeframe: str) -> datetime | None:
    """When the newest closed bar opened."""
    row = await sql.one(db, NewestBar, "newest_bar", symbol=symbol, timeframe=timeframe)
    return row.time if row else None


async def books_of(db: Runs, portfolio_id: UUID) -> list[BookRow]:
    return await sql.many(db, BookRow, "books_of", portfolio_id=portfolio_id)


async def book_of(db: Runs, portfolio_id: UUID, symbol: str) -> BookRow | None:
    return await sql.one(db, BookRow, "book_of", portfolio_id=portfolio_id, symbol=symbol)


async def save_book(db: Runs, portfolio_id: UUID, row: BookRow) -> None:
    await sql.run(
        db,
        "save_book",
        portfolio_id=portfolio_id,
        symbol=row.symbol,
        snapshot=row.snapshot,
        clock=row.clock,
        bid=row.bid,
        working=row.working,
    )


async def add_trade(
    db: Runs,
    id: UUID,
    portfolio_id: UUID,
    approval_id: UUID,
    signal: Signal,
    volume: Decimal,
    now: datetime,
    refused: str | None,
) -> None:
    await sql.run(
        db,
        "add_trade",
        id=id,
        portfolio_id=portfolio_id,
        signal_id=signal.id,
        approval_id=approval_id,
        symbol=signal.instrument,
        side=signal.side,
        order_type=signal.order_type,
        entry=signal.entry,
        stop=signal.stop,
        target=signal.target,
        volume=volume,
        state="refused" if refused else "pending",
        now=now,
        close_reason=refused,
    )


async def apply(db: Runs, change: Change) -> None:
    """Write down what became of a trade."""
    if change.state == "open":
        await sql.run(db, "trade_opened", id=change.trade_id, price=change.price, at=change.at)
        return
    await sql.run(
        db,
        "trade_ended",
        id=change.trade_id,
        state=change.state,
        price=change.price,
        at=change.at,
        reason=change.reason,
        profit=change.profit if change.state == "closed" else None,
    )


async def working(db: Runs, portfolio_id: UUID) -> list[Trade]:
    return await sql.many(db, Trade, "working_trades", portfolio_id=portfolio_id)


async def ended(db: Runs, portfolio_id: UUID, cursor: UUID | None, n: int) -> list[Trade]:
    return await sql.many(db, Trade, "ended_trades", portfolio_id=portfolio_id, cursor=cursor, n=n)


async def closed(db: Runs, portfolio_id: UUID) -> Closed:
    return await sql.sure(db, Closed, "closed_trades", portfolio_id=portfolio_id)


async def withdraw(db: Runs, signal_id: UUID, now: datetime) -> None:
    """Mark what still waits of a signal."""
    await sql.run(db, "withdraw_trades", signal_id=signal_id, now=now)


async def withdrawn(db: Runs, portfolio_id: UUID, symbol: str) -> list[Withdrawn]:
    return await sql.many(db, Withdrawn, "withdrawn_trades", portfolio_id=portfolio_id, symbol=symbol)
