"""Queries of registration."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.identity.registration.models import Addressee, Due, Ended, Holder, Owed, Purpose

sql = Sql("registration")


async def addressee(db: Runs, email: str) -> Addressee | None:
    return await sql.one(db, Addressee, "addressee", email=email)


async def owe(db: Runs, id: UUID, user_id: UUID | None, purpose: Purpose, now: datetime) -> None:
    await sql.run(db, "owe_letter", id=id, user_id=user_id, purpose=purpose, now=now)


async def owed(db: Runs, id: UUID) -> Owed | None:
    """The letter, unless it was sent, is void, or is to nobody."""
    return await sql.one(db, Owed, "owed_letter", id=id)


async def all_owed(db: Runs, since: datetime, until: datetime) -> list[Due]:
    return await sql.many(db, Due, "owed_letters", since=since, until=until)


async def set_token(db: Runs, id: UUID, hash: bytes, expires_at: datetime) -> None:
    await sql.run(db, "set_token", id=id, hash=hash, expires_at=expires_at)


async def settle(db: Runs, id: UUID, now: datetime) -> None:
    await sql.run(db, "settle_letter", id=id, now=now)


async def token_owner(db: Runs, hash: bytes, purpose: Purpose, now: datetime) -> Holder | None:
    """Whose good token this is."""
    return await sql.one(db, Holder, "token_owner", hash=hash, purpose=purpose, now=now)


async def hold(db: Runs, id: UUID) -> Holder | None:
    return await sql.one(db, Holder, "hold_person", id=id)


async def use(db: Runs, hash: bytes, purpose: Purpose, now: datetime) -> bool:
    """Whether the token was good, which it is once."""
    return await sql.run(db, "use_token", hash=hash, purpose=purpose, now=now) == 1


async def void(db: Runs, user_id: UUID, purposes: Sequence[Purpose], now: datetime) -> None:
    await sql.run(db, "void_tokens", user_id=user_id, purposes=list(purposes), now=now)


async def session_ended(db: Runs, id: UUID | None) -> bool:
    return (await sql.sure(db, Ended, "session_ended", id=id)).ended


async def forget(db: Runs, before: datetime, nobody_before: datetime) -> int:
    return await sql.run(db, "forget_letters", before=before, nobody_before=nobody_before)
