"""Queries of producers."""

from datetime import datetime

from hub.core.security.device_keys import KdfUsers
from hub.core.sql import Runs, Sql
from hub.trading.producers.models import Producer

sql = Sql("producers")


async def add(db: Runs, id: str, salt: bytes, kdf_id: str, now: datetime) -> None:
    await sql.run(db, "add_producer", id=id, salt=salt, kdf_id=kdf_id, now=now)


async def get(db: Runs, id: str) -> Producer | None:
    return await sql.one(db, Producer, "get_producer", id=id)


async def revoke(db: Runs, id: str, now: datetime) -> bool:
    return await sql.run(db, "revoke_producer", id=id, now=now) == 1


async def kdf_users(db: Runs) -> list[KdfUsers]:
    return await sql.many(db, KdfUsers, "producer_kdf_users")
