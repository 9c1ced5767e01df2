"""Queries of decisions."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.research.decisions.models import Added, Decision, DecisionQuery

sql = Sql("decisions")


async def make_partitions(db: Runs, months: list[datetime]) -> None:
    await sql.run(db, "make_partitions", months=months)


async def add(db: Runs, producer_id: str, now: datetime, rows: list[Decision]) -> list[Added]:
    return await sql.many(
        db,
        Added,
        "add_decisions",
        now=now,
        producer_id=producer_id,
        ids=[row.id for row in rows],
        ats=[row.at for row in rows],
        strategies=[row.strategy for row in rows],
        versions=[row.version for row in rows],
        symbols=[row.symbol for row in rows],
        timeframes=[row.timeframe for row in rows],
        bar_times=[row.bar_time for row in rows],
        features=[row.features for row in rows],
        thresholds=[row.thresholds for row in rows],
        outcomes=[row.outcome for row in rows],
        notes=[row.note for row in rows],
        user_ids=[row.user_id for row in rows],
        signal_ids=[row.signal_id for row in rows],
    )


async def listed(
    db: Runs, query: DecisionQuery, cursor_time: datetime | None, cursor_id: UUID | None, n: int
) -> list[Decision]:
    return await sql.many(
        db,
        Decision,
        "list_decisions",
        strategy=query.strategy,
        symbol=query.symbol,
        outcome=query.outcome,
        since=query.since,
        until=query.until,
        cursor_time=cursor_time,
        cursor_id=cursor_id,
        n=n,
    )
