"""Queries of the audit log."""

from datetime import date, datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.identity.audit.models import Daily, First, Head, Logged, LogQuery, Numbered, Stored

sql = Sql("audit")


async def chain_head(db: Runs, at: datetime) -> Head:
    return await sql.sure(db, Head, "chain_head", at=at)


async def head(db: Runs) -> Head:
    return await sql.sure(db, Head, "head")


async def between(db: Runs, seq: int, last: int, n: int) -> list[Stored]:
    return await sql.many(db, Stored, "entries_between", seq=seq, last=last, n=n)


async def add(
    db: Runs,
    *,
    seq: int,
    ids: list[UUID],
    ts: datetime,
    actor_ids: list[UUID | None],
    actor_roles: list[str],
    actions: list[str],
    targets: list[str],
    ips: list[str | None],
    metas: list[str],
    hashes: list[bytes],
) -> None:
    await sql.run(
        db,
        "add_entries",
        seq=seq,
        ids=ids,
        ts=ts,
        actor_ids=actor_ids,
        actor_roles=actor_roles,
        actions=actions,
        targets=targets,
        ips=ips,
        metas=metas,
        hashes=hashes,
    )


async def hash_of(db: Runs, seq: int) -> Numbered | None:
    return await sql.one(db, Numbered, "hash_of", seq=seq)


async def listed(db: Runs, query: LogQuery, n: int) -> list[Stored]:
    return await sql.many(
        db,
        Stored,
        "list_entries",
        action=query.action,
        actor_id=query.actor_id,
        target=query.target,
        since=query.since,
        until=query.until,
        cursor=query.cursor,
        n=n,
    )


async def first(db: Runs) -> First | None:
    return await sql.one(db, First, "first_entry")


async def newest_before(db: Runs, at: datetime) -> Numbered | None:
    return await sql.one(db, Numbered, "newest_before", at=at)


async def newest_daily(db: Runs) -> Daily | None:
    return await sql.one(db, Daily, "newest_daily")


async def daily_of(db: Runs, day: date) -> Daily | None:
    return await sql.one(db, Daily, "daily_of", day=day)


async def daily(db: Runs, cursor: date | None, n: int) -> list[Daily]:
    return await sql.many(db, Daily, "list_daily", cursor=cursor, n=n)


async def add_daily(db: Runs, head: Daily) -> bool:
    """False when the day has one."""
    return bool(
        await sql.run(
            db,
            "add_daily",
            day=head.day,
            seq=head.seq,
            hash=head.hash,
            signed_at=head.signed_at,
            token=head.token,
        )
    )


async def all_daily(db: Runs) -> list[Logged]:
    return await sql.many(db, Logged, "all_daily")
