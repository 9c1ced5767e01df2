"""Queries of devices."""

from datetime import datetime
from uuid import UUID

from hub.core.security.device_keys import KdfUsers
from hub.core.sql import Runs, Sql
from hub.trading.devices.models import CallerKey, Device, DeviceKey, Fallen

sql = Sql("devices")


async def add(
    db: Runs,
    id: UUID,
    user_id: UUID,
    name: str,
    salt: bytes,
    key_version: int,
    kdf_id: str,
    secret_hash: str,
    now: datetime,
) -> Device | None:
    return await sql.one(
        db,
        Device,
        "add_device",
        id=id,
        user_id=user_id,
        name=name,
        salt=salt,
        key_version=key_version,
        kdf_id=kdf_id,
        secret_hash=secret_hash,
        now=now,
    )


async def keys(db: Runs, ids: list[UUID]) -> list[CallerKey]:
    return await sql.many(db, CallerKey, "device_keys", ids=ids)


async def of(db: Runs, user_id: UUID) -> list[Device]:
    return await sql.many(db, Device, "devices_of", user_id=user_id)


async def named(db: Runs, user_id: UUID, name: str) -> Device | None:
    return await sql.one(db, Device, "device_named", user_id=user_id, name=name)


async def rename(db: Runs, id: UUID, user_id: UUID, name: str) -> Device | None:
    return await sql.one(db, Device, "rename_device", id=id, user_id=user_id, name=name)


async def revoke(db: Runs, id: UUID, user_id: UUID, now: datetime) -> Device | None:
    return await sql.one(db, Device, "revoke_device", id=id, user_id=user_id, now=now)


async def to_rotate(db: Runs, id: UUID, user_id: UUID) -> DeviceKey | None:
    return await sql.one(db, DeviceKey, "device_to_rotate", id=id, user_id=user_id)


async def rotate(
    db: Runs,
    id: UUID,
    user_id: UUID,
    before: int,
    kdf_id: str,
    secret_hash: str,
    now: datetime,
    previous_until: datetime,
) -> Device | None:
    """None when somebody else has, meanwhile."""
    return await sql.one(
        db,
        Device,
        "rotate_device",
        id=id,
        user_id=user_id,
        before=before,
        kdf_id=kdf_id,
        secret_hash=secret_hash,
        now=now,
        previous_until=previous_until,
    )


async def key_used(db: Runs, id: UUID, key_version: int) -> None:
    await sql.run(db, "device_key_used", id=id, key_version=key_version)


async def seen(db: Runs, id: UUID, now: datetime, skew_ms: int | None) -> None:
    await sql.run(db, "device_seen", id=id, now=now, skew_ms=skew_ms)


async def heard(db: Runs, id: UUID, now: datetime, skew_ms: int | None) -> Device | None:
    """None: it was not silent."""
    return await sql.one(db, Device, "device_heard", id=id, now=now, skew_ms=skew_ms)


async def silent(db: Runs, now: datetime, before: datetime, n: int) -> list[Fallen]:
    return await sql.many(db, Fallen, "devices_silent", now=now, before=before, n=n)


async def kdf_users(db: Runs) -> list[KdfUsers]:
    return await sql.many(db, KdfUsers, "device_kdf_users")
