"""Queries of closures."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from hub.core.ids import uuid7
from hub.core.sql import Runs, Sql
from hub.trading.closing import rules
from hub.trading.closing.models import Closure, Due, Reason

sql = Sql("closing")


class Ticket(Struct, frozen=True):
    ticket: str


async def begin(
    db: Runs,
    account_id: UUID,
    tickets: list[str],
    reason: Reason,
    detail: dict[str, Any],
    equity: int | None,
    decided_at: datetime,
    due_at: datetime,
) -> list[Closure]:
    """Those that are begun: not where one is under way already, or the position is not open any more."""
    return await sql.many(
        db,
        Closure,
        "begin_closures",
        account_id=account_id,
        ids=[uuid7() for _ in tickets],
        tickets=tickets,
        reason=reason,
        detail=detail,
        decided_at=decided_at,
        due_at=due_at,
        equity=equity,
    )


async def due(db: Runs, now: datetime, n: int) -> list[Due]:
    """Held until the transaction ends; what another worker holds is not among them."""
    return await sql.many(
        db,
        Due,
        "due_closures",
        now=now,
        soon=now - rules.SOON,
        stuck=rules.STUCK,
        pressing=rules.PRESSING,
        n=n,
    )


async def sent(db: Runs, ids: list[UUID], command_ids: list[UUID], next_ats: list[datetime]) -> None:
    await sql.run(db, "closures_sent", ids=ids, command_ids=command_ids, next_ats=next_ats)


async def done(db: Runs, gone: list[Due]) -> None:
    await sql.run(
        db,
        "closures_done",
        ids=[each.id for each in gone],
        closed_ats=[each.gone_at for each in gone],
        prices=[each.price for each in gone],
    )


async def open_tickets(db: Runs, account_id: UUID) -> list[str]:
    """Positions of which no closure is under way."""
    return [row.ticket for row in await sql.many(db, Ticket, "open_tickets", account_id=account_id)]


async def listed(db: Runs, user_id: UUID, cursor: UUID | None, n: int) -> list[Closure]:
    return await sql.many(db, Closure, "list_closures", user_id=user_id, cursor=cursor, n=n)


async def account_exists(db: Runs, id: UUID) -> bool:
    return await sql.run(db, "account_exists", id=id) > 0
