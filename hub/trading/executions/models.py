"""Executions: what a terminal says it did."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hub.trading.commands.models import Kind

Status = Literal["placed", "failed", "unknown", "closed", "refused"]
CloseReason = Literal["take_profit", "stop_loss", "expired", "cancelled", "manual"]
Text = Annotated[str, Meta(min_length=1, max_length=500)]
Ticket = Annotated[str, Meta(min_length=1, max_length=64)]


class AckIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What became of a command. `at` is the terminal's clock and is kept for nothing but reading."""

    command_id: UUID
    status: Status
    at: datetime
    broker_ticket: Ticket | None = None
    fill_price: Decimal | None = None
    fill_volume: Decimal | None = None
    close_price: Decimal | None = None
    close_reason: CloseReason | None = None
    error: Text | None = None


class Execution(Struct, frozen=True):
    """One command on one device. A `close` that no approval led to has none, and no signal."""

    id: UUID
    approval_id: UUID | None
    signal_id: UUID | None
    device_id: UUID
    command_id: UUID
    kind: Kind
    status: Status
    broker_ticket: str | None
    fill_price: Decimal | None
    fill_volume: Decimal | None
    close_price: Decimal | None
    close_reason: CloseReason | None
    error: str | None
    created_at: datetime
    updated_at: datetime


class Recorded(Execution, frozen=True):
    """An execution, with every status its device ever said of it. `supposed`: the last one is the hub's own conclusion."""

    said: list[Status]
    supposed: bool


class Aggregate(Struct, frozen=True):
    """How an approval fared on all the devices it went to."""

    approval_id: UUID
    placed_count: int
    failed_count: int
    unknown_count: int
    closed_count: int
    refused_count: int
    last_update: datetime | None
    executions: list[Execution]
