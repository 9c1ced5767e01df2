"""What the events of the stream carry: the schemas of the hub's API document.

Prices and volumes are `Decimal`, times are aware, money is in the currency's smallest unit. Fields that a newer hub
adds are ignored; words that a newer hub may add to (`status`, `kind`, `reason`) are plain text.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec


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
    via: str = "self"
    decided_by: UUID | None = None


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """One command on one device. One that closes a position for the house's sake has no approval and no signal."""

    id: UUID
    approval_id: UUID | None
    signal_id: UUID | None
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


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A linked account. `device_id` is the terminal that speaks for it."""

    id: UUID
    broker: str
    server: str
    login: str
    name: str
    currency: str | None
    mode: str | None
    kind: str | None
    state: str
    is_primary: bool
    device_id: UUID | None
    proof: str | None
    created_at: datetime
    verified_at: datetime | None
    unlinked_at: datetime | None


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal. `silent_since`: when its owner was told that it is not heard any more. `skew_ms`: how far its clock
    was behind the hub's when it was last seen.
    """

    id: UUID
    name: str
    key_version: int
    created_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None
    keyed_at: datetime
    previous_until: datetime | None
    skew_ms: int | None
    silent_since: datetime | None


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """An amount in the currency's smallest unit."""

    amount_minor: int
    currency: str


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """An open position; volume in lots. `command_id` is the command that made it, if one of the hub's did."""

    ticket: str
    symbol: str
    side: Literal["buy", "sell"]
    volume: Decimal
    open_price: Decimal
    price: Decimal
    stop: Decimal | None
    target: Decimal | None
    profit: Money
    swap: Money
    opened_at: datetime
    comment: str
    command_id: UUID | None


class PositionsChanged(msgspec.Struct, frozen=True, kw_only=True):
    """What is new on an account, what is other than it was, and the tickets of what is gone."""

    account_id: UUID
    opened: list[Position]
    changed: list[Position]
    closed: list[str]
    taken_at: datetime


class Equity(msgspec.Struct, frozen=True, kw_only=True):
    """An account's sums. `drawdown_percent` is of the peak; with `doubt` the newest look was not believed."""

    account_id: UUID
    balance: Money
    equity: Money
    margin: Money
    free_margin: Money
    peak_equity: Money
    day_equity: Money
    drawdown_percent: Decimal
    taken_at: datetime
    doubt: str | None


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """A trade; volumes in lots. `net` is profit, swap and commission together."""

    trade_id: UUID
    account_id: UUID | None
    signal_id: UUID | None
    ticket: str | None
    source: str
    symbol: str
    strategy: str | None
    setup_id: str | None
    timeframe: str | None
    trade_type: str | None
    direction: Literal["buy", "sell"]
    status: str
    volume: Decimal
    closed_volume: Decimal
    entry_price: Decimal | None
    exit_price: Decimal | None
    take_profit: Decimal | None
    stop_loss: Decimal | None
    entry_time: datetime | None
    exit_time: datetime | None
    duration_hours: Decimal | None
    profit: Money
    swap: Money
    commission: Money
    net: Money
    pips: Decimal | None
    risk_reward_ratio: Decimal | None
    percent_equity_return: Decimal | None
    exit_reason: str | None
    created_at: datetime
    updated_at: datetime


class ClosureStep(msgspec.Struct, frozen=True, kw_only=True):
    """A position that must be closed, and why. `due_at`: when it is, whatever anybody does. `attempts`: how often its
    terminal had been told.
    """

    closure_id: UUID
    account_id: UUID
    ticket: str
    reason: str
    due_at: datetime
    attempts: int
