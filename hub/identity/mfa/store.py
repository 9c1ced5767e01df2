"""Queries of the second factor."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.identity.mfa.models import Enabled, Factor, Left, Sealed

sql = Sql("mfa")


async def enrol(db: Runs, user_id: UUID, seal: Sealed, now: datetime) -> bool:
    """Whether there was no confirmed factor in its way."""
    return bool(
        await sql.run(db, "enrol", user_id=user_id, seal_id=seal.seal_id, sealed=seal.sealed, now=now)
    )


async def get(db: Runs, user_id: UUID) -> Factor | None:
    return await sql.one(db, Factor, "get_factor", user_id=user_id)


async def is_enabled(db: Runs, user_id: UUID) -> bool:
    found = await sql.one(db, Enabled, "is_enabled", user_id=user_id)
    return found is not None and found.enabled


async def hold(db: Runs, user_id: UUID) -> bool:
    """Whether there is a confirmed factor; it is locked until the transaction ends."""
    found = await sql.one(db, Enabled, "hold_factor", user_id=user_id)
    return found is not None and found.enabled


async def left(db: Runs, user_id: UUID) -> Left | None:
    return await sql.one(db, Left, "left", user_id=user_id)


async def confirm(db: Runs, user_id: UUID, sealed: bytes, step: int, now: datetime) -> bool:
    """Whether the seed was pending and still is the one that was checked."""
    return bool(await sql.run(db, "confirm", user_id=user_id, sealed=sealed, step=step, now=now))


async def use_step(db: Runs, user_id: UUID, sealed: bytes, step: int) -> bool:
    """Whether this is the first code of this step, and of none before the last."""
    return bool(await sql.run(db, "use_step", user_id=user_id, sealed=sealed, step=step))


async def reseal(db: Runs, user_id: UUID, before: bytes, seal: Sealed) -> None:
    await sql.run(db, "reseal", user_id=user_id, before=before, seal_id=seal.seal_id, sealed=seal.sealed)


async def disable(db: Runs, user_id: UUID) -> None:
    await sql.run(db, "disable", user_id=user_id)


async def add_recovery_codes(db: Runs, user_id: UUID, hashes: list[bytes], now: datetime) -> None:
    await sql.run(db, "add_recovery_codes", user_id=user_id, hashes=hashes, now=now)


async def drop_recovery_codes(db: Runs, user_id: UUID) -> None:
    await sql.run(db, "drop_recovery_codes", user_id=user_id)


async def use_recovery_code(db: Runs, user_id: UUID, hash: bytes, now: datetime) -> bool:
    """Whether it is one of this person's, and this its first use."""
    return bool(await sql.run(db, "use_recovery_code", user_id=user_id, hash=hash, now=now))
