"""Queries of closures."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.trading.closing.models import Closure, Due, Open, Reason

sql = Sql("closing")


async def begin(
    db: Runs,
    id: UUID,
    position: Open,
    reason: Reason,
    detail: dict[str, Any],
    equity: int | None,
    decided_at: datetime,
    due_at: datetime,
) -> Closure | None:
    """None when one is under way already, or the position is not open any more."""
    return await sql.one(
        db,
        Closure,
        "begin_closure",
        id=id,
        account_id=position.account_id,
        ticket=position.ticket,
        reason=reason,
        detail=detail,
        decided_at=decided_at,
        due_at=due_at,
        equity=equity,
    )


async def due(db: Runs, now: datetime, stuck: int, n: int) -> list[Due]:
    """Held until the transaction ends; what another worker holds is not among them."""
    return await sql.many(db, Due, "due_closures", now=now, stuck=stuck, n=n)


async def sent(db: Runs, id: UUID, command_id: UUID, next_at: datetime) -> None:
    await sql.run(db, "closure_sent", id=id, command_id=command_id, next_at=next_at)


async def done(db: Runs, id: UUID, closed_at: datetime, close_price: Decimal) -> None:
    await sql.run(db, "closure_done", id=id, closed_at=closed_at, close_price=close_price)


async def open_positions(db: Runs, account_id: UUID) -> list[Open]:
    return await sql.many(db, Open, "open_positions", account_id=account_id)


async def listed(db: Runs, user_id: UUID, cursor: UUID | None, n: int) -> list[Closure]:
    return await sql.many(db, Closure, "list_closures", user_id=user_id, cursor=cursor, n=n)


async def account_exists(db: Runs, id: UUID) -> bool:
    return await sql.run(db, "account_exists", id=id) > 0
