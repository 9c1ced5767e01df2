"""How an execution may go on, and what an acknowledgement adds to it."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from hub.core.problems import Conflict, FieldError, Invalid
from hub.trading.commands.models import Command
from hub.trading.executions.models import AckIn, Aggregate, Execution, Recorded, Status

_NEXT: dict[Status, tuple[Status, ...]] = {
    "placed": ("placed", "failed", "unknown", "closed"),
    "unknown": ("unknown", "placed", "failed", "closed", "refused"),
    "failed": ("failed",),
    "refused": ("refused",),
    "closed": ("closed",),
}
_OVERRULES: tuple[Status, ...] = ("placed", "closed")
ABSENT = "the broker's books have no such order"
_FACTS = ("broker_ticket", "fill_price", "fill_volume", "close_price", "close_reason", "error")


class OutOfOrder(Conflict):
    title = "Execution has moved on"


def check(ack: AckIn) -> None:
    """Prices and volumes are positive numbers, or `Invalid`."""
    given = {"fill_price": ack.fill_price, "fill_volume": ack.fill_volume, "close_price": ack.close_price}
    faults = tuple(
        FieldError(f"/{name}", "must be a number above 0")
        for name, value in given.items()
        if value is not None and not (value.is_finite() and 0 < value < Decimal(10) ** 9)
    )
    if faults:
        raise Invalid("The acknowledgement is not valid.", errors=faults)


def begin(id: UUID, device_id: UUID, command: Command, ack: AckIn, now: datetime) -> Execution:
    """The first word on a command."""
    facts = {name: getattr(ack, name) for name in _FACTS}
    return Execution(
        id=id,
        approval_id=command.approval_id,
        signal_id=command.signal_id,
        device_id=device_id,
        command_id=command.id,
        kind=command.kind,
        status=ack.status,
        created_at=now,
        updated_at=now,
        **facts,
    )


def go_on(known: Recorded, ack: AckIn, now: datetime) -> Execution:
    """What is known plus what is new. A fact once told is never changed; what was said before is nothing.

    That the hub found no such order was its best conclusion: whoever has seen the order after all is right.
    """
    overruled = known.supposed and ack.status in _OVERRULES
    if ack.status != known.status and ack.status in known.said and not overruled:
        return known
    if ack.status not in _NEXT[known.status] and not overruled:
        raise OutOfOrder(
            f"The execution is {known.status}; {ack.status} cannot follow.", execution_status=known.status
        )
    facts = {
        name: getattr(ack, name) for name in _FACTS if getattr(known, name) is None and getattr(ack, name)
    }
    if not facts and ack.status == known.status and not known.supposed:
        return known
    if overruled and known.error == ABSENT:
        facts["error"] = None
    return msgspec.structs.replace(known, status=ack.status, updated_at=now, **facts)


def news(before: Execution | None, after: Execution) -> list[str]:
    """The event types that `after` makes true."""
    types = [] if before else ["execution.acknowledged"]
    if after.fill_price is not None and (before is None or before.fill_price is None):
        types.append("execution.filled")
    if after.status == "closed" and (before is None or before.status != "closed"):
        types.append("execution.closed")
    if before and after.status != before.status and after.status != "closed":
        types.append("execution.acknowledged")
    return types


def aggregate(approval_id: UUID, executions: list[Execution]) -> Aggregate:
    """Count by status."""
    counts = {status: sum(e.status == status for e in executions) for status in _NEXT}
    return Aggregate(
        approval_id,
        counts["placed"],
        counts["failed"],
        counts["unknown"],
        counts["closed"],
        counts["refused"],
        max((e.updated_at for e in executions), default=None),
        executions,
    )
