"""Queries of API keys."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.identity.keys.models import Count, Held, KeyInfo

sql = Sql("keys")


async def hold_operator(db: Runs, user_id: UUID) -> None:
    await sql.run(db, "hold_operator", user_id=user_id)


async def count(db: Runs, user_id: UUID, now: datetime) -> int:
    return (await sql.sure(db, Count, "count_keys", user_id=user_id, now=now)).n


async def add(db: Runs, user_id: UUID, hash: bytes, new: KeyInfo) -> bool:
    """False when the name is in use."""
    return bool(
        await sql.run(
            db,
            "add_key",
            id=new.id,
            user_id=user_id,
            name=new.name,
            hash=hash,
            hint=new.hint,
            scopes=new.scopes,
            created_at=new.created_at,
            expires_at=new.expires_at,
        )
    )


async def of(db: Runs, user_id: UUID) -> list[KeyInfo]:
    return await sql.many(db, KeyInfo, "keys_of", user_id=user_id)


async def revoke(db: Runs, id: UUID, user_id: UUID, now: datetime) -> bool:
    """False when there is no such key that is not revoked."""
    return bool(await sql.run(db, "revoke_key", id=id, user_id=user_id, now=now))


async def revoke_all(db: Runs, user_id: UUID, now: datetime) -> int:
    return await sql.run(db, "revoke_keys", user_id=user_id, now=now)


async def by_hash(db: Runs, hash: bytes) -> Held | None:
    return await sql.one(db, Held, "key_by_hash", hash=hash)


async def used(db: Runs, id: UUID, now: datetime, before: datetime) -> None:
    """Unless somebody has just written it down."""
    await sql.run(db, "key_used", id=id, now=now, before=before)
