"""Queries of commands."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.trading.commands.models import Command, Pending

sql = Sql("commands")


async def add(db: Runs, command: Command) -> None:
    await sql.run(
        db,
        "add_command",
        id=command.id,
        approval_id=command.approval_id,
        signal_id=command.signal_id,
        user_id=command.user_id,
        kind=command.kind,
        opens=command.opens,
        reason=command.reason,
        issued_at=command.issued_at,
        expires_at=command.expires_at,
        traceparent=command.traceparent,
        volume=command.volume,
    )


async def get(db: Runs, id: UUID, user_id: UUID | None) -> Command | None:
    """Of this person, or (None) of anybody."""
    return await sql.one(db, Command, "get_command", id=id, user_id=user_id)


async def opens_of(db: Runs, signal_id: UUID) -> list[Command]:
    return await sql.many(db, Command, "opens_of_signal", signal_id=signal_id)


async def unfilled_opens(db: Runs, account_id: UUID, now: datetime) -> list[Command]:
    """What the account's own terminal may still open."""
    return await sql.many(db, Command, "unfilled_opens", account_id=account_id, now=now)


async def unfilled_opens_of(db: Runs, user_id: UUID, now: datetime, *, sized: bool) -> list[Command]:
    """The same of all of a person's terminals; `sized`: of what has a volume of the hub's."""
    return await sql.many(db, Command, "unfilled_opens_of", user_id=user_id, now=now, sized=sized)


async def deliver_to_account(db: Runs, command_id: UUID, account_id: UUID) -> None:
    await sql.run(db, "deliver_to_account", command_id=command_id, account_id=account_id)


async def withdraw_from_account(db: Runs, command_id: UUID, account_id: UUID) -> None:
    await sql.run(db, "withdraw_from_account", command_id=command_id, account_id=account_id)


async def deliver(db: Runs, command: Command) -> None:
    await sql.run(db, "deliver_command", command_id=command.id, user_id=command.user_id)


async def deliver_cancel(db: Runs, command: Command) -> int:
    """To whom the order that it takes back may have gone; how many."""
    return await sql.run(db, "deliver_cancel", command_id=command.id)


async def deliver_sized(db: Runs, command: Command) -> int:
    """How many devices get it."""
    return await sql.run(db, "deliver_sized", command_id=command.id, user_id=command.user_id)


async def add_closes(db: Runs, closes: list[Command]) -> None:
    """Closes of one moment; there is one at least."""
    first = closes[0]
    await sql.run(
        db,
        "add_closes",
        ids=[each.id for each in closes],
        user_ids=[each.user_id for each in closes],
        account_ids=[each.account_id for each in closes],
        tickets=[each.ticket for each in closes],
        reasons=[each.reason for each in closes],
        issued_at=first.issued_at,
        expires_at=first.expires_at,
        traceparent=first.traceparent,
    )


async def deliver_closes(db: Runs, ids: list[UUID]) -> int:
    """How many devices get one."""
    return await sql.run(db, "deliver_closes", ids=ids)


async def withdraw(db: Runs, ids: list[UUID]) -> None:
    await sql.run(db, "withdraw_commands", ids=ids)


async def acknowledged(db: Runs, device_id: UUID, command_id: UUID) -> None:
    await sql.run(db, "command_acknowledged", device_id=device_id, command_id=command_id)


async def expire(db: Runs, now: datetime) -> int:
    return await sql.run(db, "expire_deliveries", now=now)


async def pending(db: Runs, device_ids: list[UUID], now: datetime, n: int) -> list[Pending]:
    """`n` at most of each device."""
    return await sql.many(db, Pending, "pending_commands", device_ids=device_ids, now=now, n=n)
