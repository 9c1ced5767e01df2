"""Closures: positions that must go, and how far that is."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hub.trading.executions.models import Status

State = Literal["warned", "sent", "closed"]
Reason = Literal["drawdown", "equity_floor", "price_gap", "liquidity", "owner"]


class Closure(Struct, frozen=True):
    """One position that must be closed. `equity` is what the account had when it was decided, in minor units."""

    id: UUID
    account_id: UUID
    ticket: str
    user_id: UUID
    reason: Reason
    detail: dict[str, Any]
    state: State
    decided_at: datetime
    due_at: datetime
    command_id: UUID | None
    attempts: int
    equity: int | None
    close_price: Decimal | None
    closed_at: datetime | None


class Due(Struct, frozen=True):
    """A closure to look at, with what the broker and the terminal have said of it since.

    `gone_at`: when the position was closed, once the books or a second look bear that out: one look may be incomplete.
    """

    id: UUID
    account_id: UUID
    ticket: str
    user_id: UUID
    reason: Reason
    state: State
    due_at: datetime
    command_id: UUID | None
    attempts: int
    next_at: datetime
    gone_at: datetime | None
    price: Decimal
    said: Status | None
    said_at: datetime | None


class CloseIn(Struct, frozen=True, forbid_unknown_fields=True):
    """The owner closes every position of an account."""

    account_id: UUID
    because: Annotated[str, Meta(min_length=1, max_length=500)]


class Begun(Struct, frozen=True):
    """What was decided just now; positions that were on their way already are not among it."""

    items: list[Closure]


class Told(Struct, frozen=True):
    """The event of a closure's step. `due_at`: when the position is closed, whatever anybody does."""

    closure_id: UUID
    account_id: UUID
    ticket: str
    reason: Reason
    due_at: datetime
    attempts: int
