"""Queries of heartbeats."""

from datetime import datetime

from hub.core.sql import Runs, Sql
from hub.trading.heartbeats.models import Heartbeat, HeartbeatIn, State

sql = Sql("heartbeats")


async def add(db: Runs, producer_id: str, given: HeartbeatIn, state: State, now: datetime) -> bool:
    """The first word of a trader; False if it was heard before."""
    added = await sql.run(
        db,
        "add_heartbeat",
        producer_id=producer_id,
        symbol=given.symbol,
        strategy=given.strategy,
        version=given.version,
        instance_id=given.instance_id,
        host=given.host,
        interval_seconds=given.interval_seconds,
        bar_time=given.bar_time,
        spool_depth=given.spool_depth,
        late=given.late,
        ended=given.ended,
        state=state,
        now=now,
    )
    return added == 1


async def hold(db: Runs, producer_id: str, symbol: str, strategy: str) -> Heartbeat | None:
    return await sql.one(
        db, Heartbeat, "hold_heartbeat", producer_id=producer_id, symbol=symbol, strategy=strategy
    )


async def renew(db: Runs, producer_id: str, given: HeartbeatIn, now: datetime) -> None:
    await sql.run(
        db,
        "renew_heartbeat",
        producer_id=producer_id,
        symbol=given.symbol,
        strategy=given.strategy,
        version=given.version,
        instance_id=given.instance_id,
        host=given.host,
        interval_seconds=given.interval_seconds,
        bar_time=given.bar_time,
        spool_depth=given.spool_depth,
        late=given.late,
        ended=given.ended,
        now=now,
    )


async def count(db: Runs, producer_id: str, given: HeartbeatIn, now: datetime) -> None:
    await sql.run(
        db,
        "count_heartbeat",
        producer_id=producer_id,
        symbol=given.symbol,
        strategy=given.strategy,
        now=now,
    )


async def watched(db: Runs) -> list[Heartbeat]:
    """All but those of which it is known that they have ended; held, and without what another worker holds."""
    return await sql.many(db, Heartbeat, "watched_heartbeats")


async def set_states(db: Runs, rows: list[Heartbeat], states: list[State]) -> None:
    await sql.run(
        db,
        "set_heartbeat_states",
        producer_ids=[row.producer_id for row in rows],
        symbols=[row.symbol for row in rows],
        strategies=[row.strategy for row in rows],
        states=states,
    )


async def listed(db: Runs) -> list[Heartbeat]:
    return await sql.many(db, Heartbeat, "list_heartbeats")
