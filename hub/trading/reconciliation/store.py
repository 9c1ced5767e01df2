"""Queries of reconciliation."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hub.core.ids import uuid7
from hub.core.sql import Runs, Sql
from hub.trading.reconciliation.models import Account, Deal, Finding, Intent, Logged, Position

sql = Sql("reconciliation")


class New(msgspec.Struct, frozen=True):
    """A finding that was not known before."""

    divergence: str


async def accounts(db: Runs, n: int) -> list[Account]:
    """Those with a snapshot that was not compared, longest ago first."""
    return await sql.many(db, Account, "accounts_to_reconcile", n=n)


async def intents(db: Runs, account_ids: list[UUID], since: datetime) -> list[Intent]:
    return await sql.many(db, Intent, "intents", account_ids=account_ids, since=since)


async def positions(db: Runs, account_ids: list[UUID], since: datetime) -> list[Position]:
    return await sql.many(db, Position, "positions_to_compare", account_ids=account_ids, since=since)


async def deals(db: Runs, account_ids: list[UUID], since: datetime) -> list[Deal]:
    return await sql.many(db, Deal, "deals_to_compare", account_ids=account_ids, since=since)


async def log(db: Runs, findings: Sequence[Finding], now: datetime) -> list[str]:
    """Write down what is new; the divergences of that."""

    def text(value: object) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    rows = await sql.many(
        db,
        New,
        "log_findings",
        ids=[uuid7() for _ in findings],
        user_ids=[each.user_id for each in findings],
        account_ids=[each.account_id for each in findings],
        signal_ids=[each.signal_id for each in findings],
        command_ids=[each.command_id for each in findings],
        tickets=[each.ticket for each in findings],
        mt5_positions=[text(each.mt5_position) for each in findings],
        bot_positions=[text(each.bot_position) for each in findings],
        matched=[each.matched for each in findings],
        divergences=[each.divergence for each in findings],
        details=[text(each.detail) for each in findings],
        fingerprints=[each.fingerprint for each in findings],
        created_at=now,
    )
    return [row.divergence for row in rows]


async def done(db: Runs, accounts: Sequence[Account], now: datetime) -> None:
    ids, seqs = [each.id for each in accounts], [each.seq for each in accounts]
    await sql.run(db, "reconciled", account_ids=ids, seqs=seqs, at=now)


async def listed(db: Runs, user_id: UUID, cursor: UUID | None, n: int) -> list[Logged]:
    return await sql.many(db, Logged, "list_findings", user_id=user_id, cursor=cursor, n=n)
