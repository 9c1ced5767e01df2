"""Queries of preflight."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, to_builtins

from hub.core.sql import Runs, Sql
from hub.trading.preflight.models import Ended, Flown, PreflightFinding, PreflightIn, Reported, Stored

sql = Sql("preflight")


class Version(Struct, frozen=True):
    version: int


async def reported(db: Runs, account_id: UUID) -> Reported | None:
    return await sql.one(db, Reported, "reported", account_id=account_id)


async def put_report(
    db: Runs,
    account_id: UUID,
    device_id: UUID,
    report: PreflightIn,
    found: list[PreflightFinding],
    now: datetime,
) -> None:
    await sql.run(
        db,
        "put_report",
        account_id=account_id,
        device_id=device_id,
        seq=report.seq,
        report=to_builtins(report),
        findings={"items": to_builtins(found)},
        taken_at=report.time,
        now=now,
    )


async def current(db: Runs, account_id: UUID) -> Stored | None:
    """The certificate that has not ended. One whose time is over has not, until that is written down."""
    return await sql.one(db, Stored, "current_certificate", account_id=account_id)


async def next_version(db: Runs, account_id: UUID) -> int:
    return (await sql.sure(db, Version, "next_version", account_id=account_id)).version


async def add(
    db: Runs,
    id: UUID,
    account_id: UUID,
    device_id: UUID,
    version: int,
    content: dict[str, Any],
    hash: bytes,
    now: datetime,
    until: datetime,
) -> None:
    await sql.run(
        db,
        "add_certificate",
        id=id,
        account_id=account_id,
        device_id=device_id,
        version=version,
        content=content,
        hash=hash,
        now=now,
        until=until,
    )


async def confirm(db: Runs, id: UUID, now: datetime, until: datetime) -> None:
    await sql.run(db, "confirm_certificate", id=id, now=now, until=until)


async def end(db: Runs, id: UUID, because: Ended, now: datetime) -> None:
    await sql.run(db, "end_certificate", id=id, because=because, now=now)


async def lapse(db: Runs, now: datetime, n: int) -> list[Stored]:
    """End what is past its time; what another holds is left to it."""
    return await sql.many(db, Stored, "lapse_certificates", now=now, n=n)


async def accounts(db: Runs, user_id: UUID) -> list[Flown]:
    """A person's verified accounts, whose certificates do not change until the transaction ends."""
    return await sql.many(db, Flown, "flown_accounts", user_id=user_id)


async def standing(db: Runs, account_id: UUID) -> Flown | None:
    return await sql.one(db, Flown, "flown_account", account_id=account_id)


async def certificates(db: Runs, account_ids: list[UUID]) -> list[Stored]:
    """Of these accounts, those that have not ended."""
    return await sql.many(db, Stored, "certificates_of", account_ids=account_ids)
