"""Queries of trades, equity points and validation logs. A list `ids` is the column `id` of many rows."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import Struct

from hub.core.sql import Runs, Sql
from hub.trading.trades.models import (
    Deal,
    EquityPoint,
    Holder,
    Meant,
    Status,
    Trade,
    TradeQuery,
    ValidationLog,
    Worth,
)

sql = Sql("trades")


class Return(Struct, frozen=True):
    percent: Decimal | None


class Added(Struct, frozen=True):
    id: UUID


def column(rows: Sequence[Any], name: str) -> list[Any]:
    return [getattr(row, name) for row in rows]


async def add(db: Runs, trades: Sequence[Trade]) -> set[UUID]:
    """Store those that are new; the ids that were."""
    rows = await sql.many(
        db,
        Added,
        "add_trades",
        ids=column(trades, "id"),
        user_ids=column(trades, "user_id"),
        account_ids=column(trades, "account_id"),
        signal_ids=column(trades, "signal_id"),
        tickets=column(trades, "ticket"),
        legs=column(trades, "leg"),
        sources=column(trades, "source"),
        currencys=column(trades, "currency"),
        symbols=column(trades, "symbol"),
        strategys=column(trades, "strategy"),
        setup_ids=column(trades, "setup_id"),
        timeframes=column(trades, "timeframe"),
        trade_types=column(trades, "trade_type"),
        directions=column(trades, "direction"),
        statuss=column(trades, "status"),
        volumes=column(trades, "volume"),
        closed_volumes=column(trades, "closed_volume"),
        entry_prices=column(trades, "entry_price"),
        exit_prices=column(trades, "exit_price"),
        take_profits=column(trades, "take_profit"),
        stop_losss=column(trades, "stop_loss"),
        entry_times=column(trades, "entry_time"),
        exit_times=column(trades, "exit_time"),
        duration_hourss=column(trades, "duration_hours"),
        profits=column(trades, "profit"),
        swaps=column(trades, "swap"),
        commissions=column(trades, "commission"),
        pipss=column(trades, "pips"),
        risk_reward_ratios=column(trades, "risk_reward_ratio"),
        percent_equity_returns=column(trades, "percent_equity_return"),
        exit_reasons=column(trades, "exit_reason"),
        created_ats=column(trades, "created_at"),
        updated_ats=column(trades, "updated_at"),
    )
    return {row.id for row in rows}


async def move(db: Runs, trade: Trade, before: list[Status]) -> bool:
    """Whether the trade was in one of the statuses `before`."""
    moved = await sql.run(
        db,
        "move_trade",
        id=trade.id,
        status=trade.status,
        ticket=trade.ticket,
        volume=trade.volume,
        closed_volume=trade.closed_volume,
        entry_price=trade.entry_price,
        exit_price=trade.exit_price,
        entry_time=trade.entry_time,
        exit_time=trade.exit_time,
        duration_hours=trade.duration_hours,
        profit=trade.profit,
        swap=trade.swap,
        commission=trade.commission,
        pips=trade.pips,
        risk_reward_ratio=trade.risk_reward_ratio,
        percent_equity_return=trade.percent_equity_return,
        exit_reason=trade.exit_reason,
        updated_at=trade.updated_at,
        before=before,
    )
    return moved == 1


async def hold(db: Runs, id: UUID) -> Trade | None:
    """The trade, kept as it is until the transaction ends."""
    return await sql.one(db, Trade, "hold_trade", id=id)


async def get(db: Runs, user_id: UUID, id: UUID) -> Trade | None:
    return await sql.one(db, Trade, "trade_of", id=id, user_id=user_id)


async def of_account(db: Runs, account_id: UUID) -> list[Trade]:
    return await sql.many(db, Trade, "trades_of_account", account_id=account_id)


async def listed(db: Runs, user_id: UUID, query: TradeQuery) -> list[Trade]:
    return await sql.many(
        db,
        Trade,
        "list_trades",
        user_id=user_id,
        status=query.status,
        since=query.since,
        until=query.until,
        cursor=query.cursor,
        n=query.limit + 1,
    )


async def lock(db: Runs, account_id: UUID) -> None:
    await sql.run(db, "lock_trades", account_id=str(account_id))


async def holder(db: Runs, account_id: UUID) -> Holder | None:
    return await sql.one(db, Holder, "holder_of_account", account_id=account_id)


async def deals(db: Runs, account_id: UUID) -> list[Deal]:
    return await sql.many(db, Deal, "deals_of_account", account_id=account_id)


async def deals_since_entry(db: Runs, account_id: UUID, tickets: list[str]) -> list[Deal]:
    return await sql.many(db, Deal, "deals_since_entry", account_id=account_id, tickets=tickets)


async def of_tickets(db: Runs, account_id: UUID, tickets: list[str]) -> list[Trade]:
    return await sql.many(db, Trade, "trades_of_tickets", account_id=account_id, tickets=tickets)


async def meant(db: Runs, user_id: UUID, command_ids: list[UUID]) -> dict[UUID, Meant]:
    rows = await sql.many(db, Meant, "meant", user_id=user_id, command_ids=command_ids)
    return {row.command_id: row for row in rows}


async def add_equity(db: Runs, points: Sequence[EquityPoint]) -> set[UUID]:
    """Store those that are new; the ids that were."""
    rows = await sql.many(
        db,
        Added,
        "add_equity_points",
        ids=column(points, "id"),
        user_ids=column(points, "user_id"),
        account_ids=column(points, "account_id"),
        sources=column(points, "source"),
        currencys=column(points, "currency"),
        ats=column(points, "at"),
        equitys=column(points, "equity"),
        balances=column(points, "balance"),
    )
    return {row.id for row in rows}


async def equity(db: Runs, user_id: UUID, account_id: UUID, since: datetime, n: int) -> list[Worth]:
    """Newest first."""
    return await sql.many(
        db, Worth, "equity_points", user_id=user_id, account_id=account_id, since=since, n=n
    )


async def returns(db: Runs, user_id: UUID, account_id: UUID | None, since: datetime, n: int) -> list[Return]:
    """Newest first."""
    return await sql.many(db, Return, "returns", user_id=user_id, account_id=account_id, since=since, n=n)


async def add_logs(db: Runs, logs: Sequence[ValidationLog]) -> set[UUID]:
    """Store those that are new; the ids that were."""
    rows = await sql.many(
        db,
        Added,
        "add_validation_logs",
        ids=column(logs, "id"),
        user_ids=column(logs, "user_id"),
        sources=column(logs, "source"),
        ats=column(logs, "at"),
        symbols=column(logs, "symbol"),
        timeframes=column(logs, "timeframe"),
        strategys=column(logs, "strategy"),
        setup_ids=column(logs, "setup_id"),
        passeds=column(logs, "passed"),
        reasons=column(logs, "reason"),
        detailss=column(logs, "details"),
    )
    return {row.id for row in rows}
