"""Signals: what a strategy proposes."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hub.core.paging import Limit
from hub.market.candles.models import Symbol

Side = Literal["buy", "sell"]
OrderType = Literal["limit", "stop", "market"]
Status = Literal["open", "cancelled", "expired"]
Name = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]
Features = dict[Annotated[str, Meta(max_length=64)], float | str | bool | None]


class Payload(Struct, frozen=True, forbid_unknown_fields=True):
    """The order a signal stands for; prices as decimal strings."""

    order_type: OrderType
    entry: Decimal
    stop: Decimal
    target: Decimal
    expires_at: datetime
    strategy: Name
    setup_id: Name
    features: Features = {}


class SignalIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What a producer posts. `(instrument, time, version)` names a signal once and for all."""

    instrument: Symbol
    side: Side
    time: datetime
    version: Name
    payload: Payload


class Signal(Struct, frozen=True):
    """A stored signal."""

    id: UUID
    producer_id: str
    instrument: str
    side: Side
    time: datetime
    version: str
    status: Status
    order_type: OrderType
    entry: Decimal
    stop: Decimal
    target: Decimal
    expires_at: datetime
    strategy: str
    setup_id: str
    features: Features
    created_at: datetime
    closed_at: datetime | None
    close_reason: str | None


class Held(Signal, frozen=True):
    """A signal held for a decision, with the trace that goes on with it."""

    traceparent: str | None


class SignalForUser(Signal, frozen=True):
    """A signal, with what the reader decided."""

    my_decision: Literal["approved", "rejected"] | None


class SignalQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Newest first; without a status, all of them."""

    status: Status | None = None
    limit: Limit = 50
    cursor: UUID | None = None


class CancelIn(Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class Key(Struct, frozen=True):
    """Where a signal that came first is found."""

    id: UUID
    instrument: str
    time: datetime
    version: str


class Added(Struct, frozen=True):
    id: UUID
