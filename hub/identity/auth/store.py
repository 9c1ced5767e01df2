"""Queries of sessions."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.identity.auth.models import Refreshed

sql = Sql("auth")


async def add(
    db: Runs, id: UUID, user_id: UUID, refresh_hash: bytes, now: datetime, expires_at: datetime
) -> None:
    await sql.run(
        db, "add_session", id=id, user_id=user_id, refresh_hash=refresh_hash, now=now, expires_at=expires_at
    )


async def rotate(db: Runs, old: bytes, new: bytes, now: datetime) -> Refreshed | None:
    return await sql.one(db, Refreshed, "rotate_session", old=old, new=new, now=now)


async def end(db: Runs, refresh_hash: bytes) -> Refreshed | None:
    return await sql.one(db, Refreshed, "end_session", refresh_hash=refresh_hash)
