"""How an account stands and what is open on it. Amounts are minor units of the account's currency."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hub.trading.signals.models import Side

Doubt = Literal["equity_missing", "equity_zero"]


class Money(Struct, frozen=True):
    amount_minor: int
    currency: str


class Open(Struct, frozen=True):
    """An open position as it is stored. `command_id` is the command that made it, if one of ours did."""

    ticket: str
    symbol: str
    side: Side
    volume: Decimal
    open_price: Decimal
    price: Decimal
    stop: Decimal | None
    target: Decimal | None
    profit: int
    swap: int
    opened_at: datetime
    comment: str
    command_id: UUID | None


class Figures(Struct, frozen=True):
    """An account's sums."""

    balance: int
    equity: int
    margin: int
    free_margin: int
    credit: int

    @property
    def paid(self) -> int:
        """What deals alone change."""
        return self.balance + self.credit


class Flow(Struct, frozen=True):
    """Money paid in, or (below 0) taken out. `left_ppb`: what a withdrawal left, in billionths of equity."""

    amount: int
    left_ppb: int | None


class Mark(Struct, frozen=True):
    """What drawdown is measured from: the peak, and what the day (UTC) began with, at `day_at`."""

    peak_equity: int
    day_equity: int
    day: date
    day_at: datetime | None


class Gap(Struct, frozen=True):
    """Money in minor units that moved without its deal, or (below 0) a deal without its money; and since when."""

    amount: int
    since: datetime | None


class Standing(Struct, frozen=True):
    """An account when it was last looked at. With `doubt` the newest look was not believed: these are older. `unexplained`:
    its `Gap`.
    """

    seq: int
    taken_at: datetime
    received_at: datetime
    balance: int
    equity: int
    margin: int
    free_margin: int
    peak_equity: int
    day_equity: int
    day: date
    day_at: datetime | None
    leverage: int
    connected: bool
    trade_allowed: bool
    algo_allowed: bool
    skew_ms: int
    doubt: Doubt | None
    doubt_at: datetime | None
    unexplained: int
    unexplained_at: datetime | None
    credit: int

    @property
    def figures(self) -> Figures:
        return Figures(self.balance, self.equity, self.margin, self.free_margin, self.credit)

    @property
    def mark(self) -> Mark:
        return Mark(self.peak_equity, self.day_equity, self.day, self.day_at)


class Taken(Struct, frozen=True):
    """The hub has this look. With `doubt` it believes nothing of it: send its deals again with the next."""

    account_id: UUID
    seq: int
    doubt: Doubt | None


class Position(Struct, frozen=True):
    """An open position as it is shown. Volume in lots."""

    ticket: str
    symbol: str
    side: Side
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


class PositionsChanged(Struct, frozen=True):
    """The event: what is new, what is other than it was, and the tickets of what is gone."""

    account_id: UUID
    opened: list[Position]
    changed: list[Position]
    closed: list[str]
    taken_at: datetime


class Equity(Struct, frozen=True):
    """The event: the account's sums. `drawdown_percent` is of the peak, deposits and withdrawals taken out."""

    account_id: UUID
    balance: Money
    equity: Money
    margin: Money
    free_margin: Money
    peak_equity: Money
    day_equity: Money
    drawdown_percent: Decimal
    taken_at: datetime
    doubt: Doubt | None


class Live(Struct, frozen=True):
    """The last known of an account; nulls before the first look. `age_seconds` is since the hub got it, `skew_ms` how far
    its terminal's clock was behind the hub's then.
    """

    account_id: UUID
    account_equity: Money | None
    account_balance: Money | None
    margin: Money | None
    free_margin: Money | None
    peak_equity: Money | None
    drawdown_percent: Decimal | None
    connected: bool | None
    trade_allowed: bool | None
    algo_allowed: bool | None
    skew_ms: int | None
    taken_at: datetime | None
    age_seconds: float | None
    stale: bool
    doubt: Doubt | None
    open_positions: list[Position]


class PeakIn(Struct, frozen=True, forbid_unknown_fields=True):
    """The owner has an account's drawdown measured anew."""

    because: Annotated[str, Meta(min_length=1, max_length=500)]


class LiveQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`refresh`: look now if the hub can, whatever the age of what is known."""

    refresh: bool = False
