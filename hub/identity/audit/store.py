"""Queries of the audit log."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.identity.audit.models import Head, Stored

sql = Sql("audit")


async def chain_head(db: Runs) -> Head:
    return await sql.sure(db, Head, "chain_head")


async def after(db: Runs, seq: int, n: int) -> list[Stored]:
    return await sql.many(db, Stored, "entries_after", seq=seq, n=n)


async def add(
    db: Runs,
    *,
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
