"""Trades: what was meant, opened, closed, and what it made."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from hub.core.paging import Limit

Status = Literal["planned", "open", "partly_closed", "closed", "cancelled", "expired"]
Unopened = Literal["cancelled", "expired"]
Side = Literal["buy", "sell"]
Source = Literal["live", "import"]


class Money(Struct, frozen=True):
    """An amount in the currency's smallest unit."""

    amount_minor: int
    currency: str


class Trade(Struct, frozen=True):
    """As stored. Volumes in lots; `profit`, `swap` and `commission` are what is realised so far, in minor units."""

    id: UUID
    user_id: UUID
    currency: str
    symbol: str
    direction: Side
    volume: Decimal
    created_at: datetime
    updated_at: datetime
    account_id: UUID | None = None
    signal_id: UUID | None = None
    ticket: str | None = None
    leg: int = 0
    source: Source = "live"
    strategy: str | None = None
    setup_id: str | None = None
    timeframe: str | None = None
    trade_type: str | None = None
    status: Status = "planned"
    closed_volume: Decimal = Decimal(0)
    entry_price: Decimal | None = None
    exit_price: Decimal | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    entry_time: datetime | None = None
    exit_time: datetime | None = None
    duration_hours: Decimal | None = None
    profit: int = 0
    swap: int = 0
    commission: int = 0
    pips: Decimal | None = None
    risk_reward_ratio: Decimal | None = None
    percent_equity_return: Decimal | None = None
    exit_reason: str | None = None


class TradeOut(Struct, frozen=True, kw_only=True):
    """A trade as it is shown: `net` is profit, swap and commission together."""

    trade_id: UUID
    account_id: UUID | None
    signal_id: UUID | None
    ticket: str | None
    source: Source
    symbol: str
    strategy: str | None
    setup_id: str | None
    timeframe: str | None
    trade_type: str | None
    direction: Side
    status: Status
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


class Plan(Struct, frozen=True, kw_only=True):
    """What a trade is to be."""

    user_id: UUID
    currency: str
    symbol: str
    direction: Side
    volume: Decimal
    account_id: UUID | None = None
    signal_id: UUID | None = None
    entry_price: Decimal | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    strategy: str | None = None
    setup_id: str | None = None
    timeframe: str | None = None
    trade_type: str | None = None


class Fill(Struct, frozen=True, kw_only=True):
    """A part of a trade that ended. Money in minor units; `equity_before` is the account's at the entry, if known."""

    at: datetime
    price: Decimal
    volume: Decimal
    profit: int
    swap: int = 0
    commission: int = 0
    reason: str | None = None
    equity_before: int | None = None


class TradeQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Newest first. Times are those of the entry (of the plan, where none happened): from `since`, before `until`."""

    status: Status | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: Limit = 50
    cursor: UUID | None = None


class Deal(Struct, frozen=True):
    """A row of trading.deals, as the broker booked it. Money in minor units."""

    deal: str
    ticket: str
    kind: Literal["trade", "balance"]
    direction: Literal["in", "out", "inout", "none"]
    side: Side | None
    symbol: str | None
    volume: Decimal
    price: Decimal
    profit: int
    swap: int
    commission: int
    reason: str
    comment: str
    at: datetime


class Meant(Struct, frozen=True):
    """What the command that made an order was to do, by its signal."""

    command_id: UUID
    signal_id: UUID
    strategy: str
    setup_id: str
    trade_type: str
    stop: Decimal
    target: Decimal


class EquityPoint(Struct, frozen=True, kw_only=True):
    """An account's equity at a time, in minor units."""

    id: UUID
    user_id: UUID
    account_id: UUID | None = None
    source: Source = "live"
    currency: str
    at: datetime
    equity: int
    balance: int | None = None


class Worth(Struct, frozen=True):
    """An account's equity at a time, in minor units of its currency."""

    at: datetime
    equity: int
    currency: str


class ValidationLog(Struct, frozen=True, kw_only=True):
    """What a strategy made of a setup."""

    id: UUID
    user_id: UUID
    source: Source = "live"
    at: datetime
    symbol: str | None = None
    timeframe: str | None = None
    strategy: str | None = None
    setup_id: str | None = None
    passed: bool | None = None
    reason: str | None = None
    details: dict[str, Any] = {}


class Holder(Struct, frozen=True):
    """Whose account it is."""

    user_id: UUID
    currency: str | None
