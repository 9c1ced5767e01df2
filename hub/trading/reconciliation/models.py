"""What was meant, what was acknowledged, what the broker has; and what differs."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from hub.trading.executions.models import Status
from hub.trading.signals.models import OrderType, Side

Divergence = Literal[
    "none",
    "slippage",
    "partial_fill",
    "side",
    "volume",
    "missing_position",
    "manual_trade",
    "hand_closed",
    "broker_close",
    "status",
    "unseen",
    "unknown_placed",
    "unknown_absent",
]


class Account(Struct, frozen=True):
    """An account whose newest snapshot was not compared yet. `seen_at`: when it was taken, at the latest."""

    id: UUID
    user_id: UUID
    seq: int
    seen_at: datetime


class Intent(Struct, frozen=True):
    """An order that was commanded, and what its terminal said of it.

    `supposed`: that it failed was concluded here. `here`: its device spoke for this account alone, ever since before
    it; else it may be in another's books. `booked`: the books have its ticket, however long ago. `unseen_at`: when
    it was first looked for in vain.
    """

    account_id: UUID
    command_id: UUID
    device_id: UUID
    signal_id: UUID
    instrument: str
    side: Side
    order_type: OrderType
    entry: Decimal
    expires_at: datetime
    status: Status
    ticket: str | None
    fill_price: Decimal | None
    fill_volume: Decimal | None
    updated_at: datetime
    supposed: bool = False
    here: bool = True
    booked: bool = False
    unseen_at: datetime | None = None


class Position(Struct, frozen=True):
    """A position as the broker last showed it."""

    account_id: UUID
    ticket: str
    symbol: str
    side: Side
    volume: Decimal
    open_price: Decimal
    command_id: UUID | None
    opened_at: datetime
    closed_at: datetime | None


class Deal(Struct, frozen=True):
    """What the broker booked on a position. `reason` is MetaTrader's: client, mobile, web, expert, sl, tp, so."""

    account_id: UUID
    deal: str
    ticket: str
    direction: str
    side: Side | None
    symbol: str | None
    volume: Decimal
    price: Decimal
    reason: str
    comment: str
    at: datetime


class Finding(Struct, frozen=True):
    """One comparison. `fingerprint` names it: the same is written down once."""

    account_id: UUID
    user_id: UUID
    signal_id: UUID | None
    command_id: UUID | None
    ticket: str | None
    mt5_position: dict[str, Any] | None
    bot_position: dict[str, Any] | None
    matched: bool
    divergence: Divergence
    detail: dict[str, Any]
    fingerprint: str


class Proof(Struct, frozen=True):
    """What the broker's books say of an order whose fate its terminal did not know."""

    intent: Intent
    placed: bool
    ticket: str | None = None
    price: Decimal | None = None
    volume: Decimal | None = None


class Result(Struct, frozen=True):
    """Everything one comparison of one account brought."""

    findings: list[Finding]
    proofs: list[Proof]


class Logged(Struct, frozen=True):
    """A finding as it is shown."""

    id: UUID
    user_id: UUID
    account_id: UUID
    signal_id: UUID | None
    command_id: UUID | None
    ticket: str | None
    mt5_position: dict[str, Any] | None
    bot_position: dict[str, Any] | None
    matched: bool
    divergence: Divergence
    detail: dict[str, Any]
    created_at: datetime
