"""Queries of plans and usage."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.money.quotas.models import PlanRow, Used, UsedOf

sql = Sql("quotas")


async def plan_of(db: Runs, user_id: UUID) -> PlanRow | None:
    return await sql.one(db, PlanRow, "plan_of", user_id=user_id)


async def set_plan(db: Runs, user_id: UUID, plan: str, now: datetime) -> None:
    await sql.run(db, "set_plan", user_id=user_id, plan=plan, now=now)


async def consume(
    db: Runs, user_id: UUID, key: str, period_start: datetime, n: int, limit: int | None
) -> Used | None:
    """None when it would be more than the limit; then nothing is counted."""
    return await sql.one(
        db, Used, "consume", user_id=user_id, key=key, period_start=period_start, n=n, limit=limit
    )


async def release(db: Runs, user_id: UUID, key: str, period_start: datetime, n: int) -> None:
    await sql.run(db, "release_usage", user_id=user_id, key=key, period_start=period_start, n=n)


async def used(db: Runs, user_id: UUID, since: datetime) -> list[UsedOf]:
    return await sql.many(db, UsedOf, "usage_of", user_id=user_id, since=since)
