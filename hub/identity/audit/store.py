"""Queries of the audit log."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.identity.audit.models import Head, Stored

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
