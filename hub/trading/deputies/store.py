"""Queries of deputies."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.trading.deputies.models import Count, Deputy, DeputyIn

sql = Sql("deputies")


async def lock(db: Runs, user_id: UUID) -> None:
    await sql.run(db, "lock_deputies", user_id=str(user_id))


async def lapse(db: Runs, user_id: UUID, now: datetime) -> None:
    """What has run out gives way to a new one."""
    await sql.run(db, "lapse_deputies", user_id=user_id, now=now)


async def count(db: Runs, user_id: UUID) -> int:
    return (await sql.sure(db, Count, "count_deputies", user_id=user_id)).n


async def add(db: Runs, id: UUID, user_id: UUID, given: DeputyIn, now: datetime) -> Deputy | None:
    """None when this deputy has this scope already."""
    return await sql.one(
        db,
        Deputy,
        "add_deputy",
        id=id,
        organisation_id=given.organisation_id,
        user_id=user_id,
        deputy_id=given.deputy_id,
        strategy=given.strategy,
        instrument=given.instrument,
        until=given.until,
        now=now,
    )


async def given_by(db: Runs, user_id: UUID, n: int) -> list[Deputy]:
    return await sql.many(db, Deputy, "deputies_given", user_id=user_id, n=n)


async def held_by(db: Runs, user_id: UUID, n: int) -> list[Deputy]:
    return await sql.many(db, Deputy, "deputies_held", user_id=user_id, n=n)


async def seen(db: Runs, id: UUID, user_id: UUID) -> Deputy | None:
    """One that somebody gave or holds."""
    return await sql.one(db, Deputy, "deputy_seen", id=id, user_id=user_id)


async def hold(db: Runs, id: UUID, deputy_id: UUID) -> Deputy | None:
    """One that this person holds; it is not revoked until the transaction ends."""
    return await sql.one(db, Deputy, "hold_deputy", id=id, deputy_id=deputy_id)


async def revoke(db: Runs, id: UUID, by: UUID, now: datetime) -> Deputy | None:
    """None when it was revoked before."""
    return await sql.one(db, Deputy, "revoke_deputy", id=id, by=by, now=now)
