"""Queries of accounts."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from hub.core.sql import Runs, Sql
from hub.trading.accounts.models import Account, Described, Held, LinkIn, Proof

sql = Sql("accounts")


class Count(Struct, frozen=True):
    n: int


class Lives(Struct, frozen=True):
    lives: bool


class Business(Struct, frozen=True):
    open_positions: int
    waiting_commands: int


class BusinessOf(Struct, frozen=True):
    open_positions: int
    closures: int
    orders: int


async def lock(db: Runs, user_id: UUID) -> None:
    await sql.run(db, "lock_accounts", user_id=str(user_id))


async def count(db: Runs, user_id: UUID) -> int:
    return (await sql.sure(db, Count, "count_accounts", user_id=user_id)).n


async def link(db: Runs, id: UUID, user_id: UUID, given: LinkIn, now: datetime) -> Account | None:
    return await sql.one(
        db,
        Account,
        "link_account",
        id=id,
        user_id=user_id,
        broker=given.broker,
        server=given.server,
        login=given.login,
        name=given.name,
        now=now,
    )


async def set_tag(db: Runs, id: UUID, tag_hash: bytes, expires_at: datetime) -> None:
    await sql.run(db, "set_tag", id=id, tag_hash=tag_hash, tag_expires_at=expires_at)


async def of(db: Runs, user_id: UUID) -> list[Account]:
    return await sql.many(db, Account, "accounts_of", user_id=user_id)


async def get(db: Runs, id: UUID, user_id: UUID) -> Held | None:
    return await sql.one(db, Held, "get_account", id=id, user_id=user_id)


async def hold(db: Runs, id: UUID) -> Held | None:
    """A verified account of anybody, until the transaction ends."""
    return await sql.one(db, Held, "hold_account", id=id)


async def primary(db: Runs, user_id: UUID) -> Held | None:
    return await sql.one(db, Held, "primary_account", user_id=user_id)


async def locked(db: Runs, user_id: UUID, server: str, login: str) -> Held | None:
    return await sql.one(db, Held, "lock_account", user_id=user_id, server=server, login=login)


async def at(db: Runs, servers: list[str], logins: list[str]) -> list[Held]:
    return await sql.many(db, Held, "accounts_at", servers=servers, logins=logins)


async def lock_login(db: Runs, server: str, login: str) -> None:
    await sql.run(db, "lock_login", server=server, login=login)


async def verify(db: Runs, id: UUID, proof: Proof, device_id: UUID | None, now: datetime) -> Held | None:
    return await sql.one(db, Held, "verify_account", id=id, proof=proof, device_id=device_id, now=now)


async def describe(db: Runs, id: UUID, device_id: UUID | None, look: Described) -> None:
    await sql.run(
        db,
        "describe_account",
        id=id,
        device_id=device_id,
        currency=look.currency,
        mode=look.mode,
        kind=look.kind,
    )


async def lives(db: Runs, device_id: UUID) -> bool:
    return (await sql.sure(db, Lives, "device_lives", id=device_id)).lives


async def restart_seq(db: Runs, id: UUID) -> None:
    await sql.run(db, "restart_seq", id=id)


async def no_primary(db: Runs, user_id: UUID) -> None:
    await sql.run(db, "no_primary", user_id=user_id)


async def make_primary(db: Runs, id: UUID) -> Account:
    return await sql.sure(db, Account, "make_primary", id=id)


async def business(db: Runs, id: UUID, now: datetime) -> Business:
    return await sql.sure(db, Business, "account_business", id=id, now=now)


async def business_of(db: Runs, user_id: UUID, now: datetime) -> BusinessOf:
    return await sql.sure(db, BusinessOf, "business_of", user_id=user_id, now=now)


async def oust(db: Runs, id: UUID, now: datetime) -> list[Held]:
    """Whose word of the same account is not worth a tag on it; they have it no longer."""
    return await sql.many(db, Held, "oust", id=id, now=now)


async def unlink(db: Runs, id: UUID, now: datetime) -> None:
    await sql.run(db, "unlink_account", id=id, now=now)
