"""The topics of the stream and what their events carry.

    stream = Stream(url, token, {SIGNALS: None, executions(user_id): None})
    ...
    if SIGNALS.has(event):
        signal = SIGNALS.read(event)

Prices and volumes are `Decimal`, times are aware. Fields that a newer hub adds are ignored; words that a newer hub
may add to (`status`, `kind`, `close_reason`) are plain text.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

import msgspec

from caerus_client.frames import Event


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """What a strategy proposes; the same for everybody."""

    id: UUID
    producer_id: str
    instrument: str
    side: Literal["buy", "sell"]
    time: datetime
    version: str
    status: str
    order_type: str
    entry: Decimal
    stop: Decimal
    target: Decimal
    expires_at: datetime
    strategy: str
    setup_id: str
    features: dict[str, Any]
    created_at: datetime
    closed_at: datetime | None
    close_reason: str | None


class PriceBounds(msgspec.Struct, frozen=True, kw_only=True):
    """The prices a person's consent covers, in the broker's points."""

    valid_until: datetime | None = None
    max_drift_points: int | None = None
    max_spread_points: int | None = None


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about a signal for a person; `decided_by` is None when it was they themselves."""

    id: UUID
    signal_id: UUID
    decision: Literal["approved", "rejected"]
    consent_version: str
    bounds: PriceBounds
    created_at: datetime
    via: Literal["self", "deputy", "quorum"] = "self"
    decided_by: UUID | None = None


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """One command on one device."""

    id: UUID
    approval_id: UUID
    signal_id: UUID
    device_id: UUID
    command_id: UUID
    kind: str
    status: str
    broker_ticket: str | None
    fill_price: Decimal | None
    fill_volume: Decimal | None
    close_price: Decimal | None
    close_reason: str | None
    error: str | None
    created_at: datetime
    updated_at: datetime


class ClosedCandle(msgspec.Struct, frozen=True, kw_only=True):
    """One closed bar of a symbol: `time` is when it opened, UTC; bid prices."""

    symbol: str
    timeframe: str
    time: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a symbol could be sold and bought for at a time; `source` is the kind of terminal that quoted it."""

    symbol: str
    source: str
    time: datetime
    bid: Decimal
    ask: Decimal


Data = TypeVar("Data", covariant=True)


class Topic(msgspec.Struct, Generic[Data], frozen=True):
    """A topic's name, its types of events, and what they carry."""

    name: str
    types: tuple[str, ...]
    data: type[Data]

    def __str__(self) -> str:
        return self.name

    def has(self, event: Event) -> bool:
        """Whether this is an event of this topic and of a type we know; a newer hub may have more."""
        return event.topic == self.name and event.type in self.types

    def read(self, event: Event) -> Data:
        """The data of an event of this topic. Raises msgspec.ValidationError when it is something else."""
        return self.of(event.data)

    def of(self, data: Any) -> Data:
        """The same from plain data, as an item of a REST page has it. Raises msgspec.ValidationError."""
        return msgspec.convert(data, self.data)


SIGNALS = Topic("signals", ("signal.created", "signal.cancelled", "signal.expired"), Signal)


def approvals(user_id: UUID | str) -> Topic[Approval]:
    """A person's own decisions, on whatever surface they were made."""
    return Topic(f"approvals:{user_id}", ("approval.decided",), Approval)


def executions(user_id: UUID | str) -> Topic[Execution]:
    """What a person's own terminals did."""
    types = ("execution.acknowledged", "execution.filled", "execution.closed")
    return Topic(f"executions:{user_id}", types, Execution)


def candles(symbol: str) -> Topic[ClosedCandle]:
    """Closed candles of a symbol."""
    return Topic(f"candles:{symbol}", ("candle.closed",), ClosedCandle)


def quotes(symbol: str) -> Topic[Quote]:
    """The newest quote of a symbol, once a second at most: what came between is not told."""
    return Topic(f"quotes:{symbol}", ("quote.changed",), Quote)
