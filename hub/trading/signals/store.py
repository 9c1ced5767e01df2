"""Queries of signals."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.trading.signals.models import Added, Held, Key, Signal, SignalForUser, SignalQuery

sql = Sql("signals")


async def add(db: Runs, signals: list[Signal], traceparents: list[str | None]) -> set[UUID]:
    """Store those whose (instrument, time, version) is new; the ids that were."""
    rows = await sql.many(
        db,
        Added,
        "add_signals",
        ids=[s.id for s in signals],
        producer_ids=[s.producer_id for s in signals],
        instruments=[s.instrument for s in signals],
        sides=[s.side for s in signals],
        times=[s.time for s in signals],
        versions=[s.version for s in signals],
        order_types=[s.order_type for s in signals],
        entries=[s.entry for s in signals],
        stops=[s.stop for s in signals],
        targets=[s.target for s in signals],
        expiries=[s.expires_at for s in signals],
        strategies=[s.strategy for s in signals],
        setup_ids=[s.setup_id for s in signals],
        features=[s.features for s in signals],
        traceparents=traceparents,
        now=signals[0].created_at,
    )
    return {row.id for row in rows}


async def first(db: Runs, signals: list[Signal]) -> list[Key]:
    """The signals that came first under the same keys."""
    return await sql.many(
        db,
        Key,
        "first_signals",
        instruments=[s.instrument for s in signals],
        times=[s.time for s in signals],
        versions=[s.version for s in signals],
    )


async def get(db: Runs, id: UUID) -> Signal | None:
    return await sql.one(db, Signal, "get_signal", id=id)


async def hold(db: Runs, id: UUID) -> Held | None:
    """The signal, kept as it is until the transaction ends."""
    return await sql.one(db, Held, "hold_signal", id=id)


async def for_user(db: Runs, id: UUID, user_id: UUID) -> SignalForUser | None:
    return await sql.one(db, SignalForUser, "signal_for_user", id=id, user_id=user_id)


async def listed(db: Runs, user_id: UUID, query: SignalQuery) -> list[SignalForUser]:
    return await sql.many(
        db,
        SignalForUser,
        "list_signals",
        user_id=user_id,
        status=query.status,
        cursor=query.cursor,
        n=query.limit + 1,
    )


async def cancel(db: Runs, id: UUID, reason: str, now: datetime) -> Signal | None:
    return await sql.one(db, Signal, "cancel_signal", id=id, reason=reason, now=now)


async def expire(db: Runs, now: datetime, n: int) -> list[Signal]:
    return await sql.many(db, Signal, "expire_signals", now=now, n=n)
