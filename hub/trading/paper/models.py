"""Paper trading: a virtual portfolio, its books and its trades. Money is minor units of the portfolio's currency."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hub.trading.signals.models import OrderType, Side

FillAt = Literal["touch", "mid"]
Currency = Literal["USD"]
"""The contract terms of every symbol are in dollars, and there are no rates."""
State = Literal["pending", "open", "closed", "expired", "cancelled", "refused"]


class EnableIn(Struct, frozen=True, forbid_unknown_fields=True):
    """How a new portfolio begins: the deposit in minor units, where orders meet the market, what slippage costs."""

    deposit: Annotated[int, Meta(ge=10_000, le=10**12)] = 1_000_000
    currency: Currency = "USD"
    fill_at: FillAt = "touch"
    slippage_points: Annotated[int, Meta(ge=0, le=1_000)] = 0


class Terms(Struct, frozen=True):
    """At `touch` a buy pays the ask and a sell gets the bid; at `mid` both meet the middle. Slippage is on top."""

    fill_at: FillAt
    spread_points: int
    slippage_points: int


class Portfolio(Struct, frozen=True):
    id: UUID
    user_id: UUID
    enabled: bool
    currency: str
    deposit: int
    balance: int
    fill_at: FillAt
    spread_points: int
    slippage_points: int
    started_at: datetime
    ended_at: datetime | None

    @property
    def terms(self) -> Terms:
        return Terms(self.fill_at, self.spread_points, self.slippage_points)


class BookRow(Struct, frozen=True):
    """The fill engine's snapshot of one symbol, the newest bar it saw and that bar's last price."""

    symbol: str
    snapshot: bytes
    clock: datetime
    bid: Decimal | None
    working: bool


class Trade(Struct, frozen=True):
    """A paper order and what became of it. `profit` is net of spread and slippage; there is no commission or swap."""

    id: UUID
    signal_id: UUID
    approval_id: UUID
    symbol: str
    side: Side
    order_type: OrderType
    entry: Decimal
    stop: Decimal
    target: Decimal
    volume: Decimal
    state: State
    placed_at: datetime
    fill_price: Decimal | None
    filled_at: datetime | None
    close_price: Decimal | None
    closed_at: datetime | None
    close_reason: str | None
    profit: int | None


class Withdrawn(Struct, frozen=True):
    """A pending order whose signal was cancelled."""

    id: UUID
    at: datetime


class Change(Struct, frozen=True):
    """What a bar did to a trade. `profit` when it closed."""

    trade_id: UUID
    state: State
    at: datetime
    price: Decimal | None = None
    reason: str | None = None
    profit: int = 0


class Closed(Struct, frozen=True):
    """Closed trades, counted."""

    trades: int
    wins: int
    profit: int


class Figures(Struct, frozen=True):
    """Closed trades alone. `win_percent` is null while `sample_size` is too small to mean anything."""

    sample_size: int
    wins: int
    net_profit: int
    win_percent: float | None
    says: str


class Statement(Struct, frozen=True):
    """`equity` is the balance plus what the open positions would bring at the last prices, which are of `as_of`."""

    portfolio: Portfolio
    equity: int
    floating: int
    as_of: datetime | None
    working: list[Trade]
    ended: list[Trade]
    next_cursor: UUID | None
    figures: Figures
    note: str
