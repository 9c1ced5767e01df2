"""Commands: what a person's terminals are to do, sealed for each."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from caerus_client.sealing import Envelope
from msgspec import Meta, Struct

from hub.trading.signals.models import OrderType, Side

Kind = Literal["open", "close", "cancel"]


class Bounds(Struct, frozen=True, forbid_unknown_fields=True):
    """The prices a person's consent covers; the terminal checks them against its own quote."""

    valid_until: datetime | None = None
    max_drift_points: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    max_spread_points: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None


class Command(Struct, frozen=True):
    """One thing to do."""

    id: UUID
    approval_id: UUID | None
    signal_id: UUID | None
    user_id: UUID
    kind: Kind
    opens: UUID | None
    reason: str | None
    issued_at: datetime
    expires_at: datetime
    traceparent: str | None
    account_id: UUID | None = None
    ticket: str | None = None
    volume: Decimal | None = None


class Close(Struct, frozen=True):
    """A position to close, and why."""

    user_id: UUID
    account_id: UUID
    ticket: str
    reason: str


class Pending(Struct, frozen=True):
    """A command a device has not acknowledged, with what it needs to act: a signal's order, or a position."""

    device_id: UUID
    id: UUID
    kind: Kind
    approval_id: UUID | None
    signal_id: UUID | None
    opens: UUID | None
    reason: str | None
    issued_at: datetime
    expires_at: datetime
    instrument: str | None
    side: Side | None
    order_type: OrderType | None
    entry: Decimal | None
    stop: Decimal | None
    target: Decimal | None
    server: str | None
    login: str | None
    ticket: str | None
    symbol: str | None
    valid_until: datetime | None
    max_drift_points: int | None
    max_spread_points: int | None
    traceparent: str | None
    volume: Decimal | None
    servers: list[str] | None
    logins: list[str] | None


class OrderAccount(Struct, frozen=True):
    """An account at a broker. Names of servers are alike without regard to case."""

    server: str
    login: str


class OpenOrder(Struct, frozen=True):
    """The plain text of an `open` command. No volume: the terminal sizes on its own account. One that is copied has a
    volume, reckoned for the accounts that the hub knows.

    `accounts`: those that the device speaks for; a terminal that is logged in to another must refuse. None: the person
    had no verified account when it was issued, so that the order is bound to none.
    """

    command_id: UUID
    signal_id: UUID
    approval_id: UUID
    instrument: str
    side: Side
    order_type: OrderType
    entry: Decimal
    stop: Decimal
    target: Decimal
    issued_at: datetime
    expires_at: datetime
    bounds: Bounds
    volume: Decimal | None = None
    accounts: list[OrderAccount] | None = None
    kind: Literal["open"] = "open"


class CancelOrder(Struct, frozen=True):
    """The plain text of a `cancel` command: take back what `opens` placed, if it has not filled."""

    command_id: UUID
    signal_id: UUID
    approval_id: UUID
    opens: UUID | None
    reason: str | None
    kind: Literal["cancel"] = "cancel"


class CloseOrder(Struct, frozen=True):
    """The plain text of a `close` command: close the whole position, at whatever price there is.

    A position that is not there any more is closed: the command may come again.
    """

    command_id: UUID
    server: str | None
    login: str | None
    ticket: str | None
    symbol: str | None
    reason: str | None
    issued_at: datetime
    kind: Literal["close"] = "close"


class Sealed(Struct, frozen=True):
    """A command as a terminal fetches it."""

    id: UUID
    kind: Kind
    issued_at: datetime
    expires_at: datetime
    sealed: Envelope


class Polled(Struct, frozen=True):
    """Everything this device has not acknowledged, and where to go on from."""

    cursor: str
    commands: list[Sealed]


class PollQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`since`: the last answer's cursor. `wait`: seconds to wait for something new."""

    since: Annotated[str, Meta(max_length=64)] = ""
    wait: Annotated[int, Meta(ge=0, le=30)] = 0


class Issued(Struct, frozen=True):
    """The event that wakes a person's terminals."""

    command_id: UUID
    kind: Kind
