"""A look at an account: what a terminal sees of it at one moment. Amounts are in the account's currency."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from hub.trading.accounts.models import Kind, Login, Mode, Server
from hub.trading.signals.models import Side

Ticket = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
Comment = Annotated[str, Meta(max_length=64, pattern=r"^[^\x00]*$")]
Symbol = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3,5}$")]
Moment = Annotated[datetime, Meta(tz=True)]
Depth = Literal["quick", "deals", "all"]
Reason = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[a-z_]*$")]
MOST_QUOTES = 20


class PositionIn(Struct, frozen=True, forbid_unknown_fields=True):
    """An open position. `volume` in lots; `profit` is what closing it now would book, without swap."""

    ticket: Ticket
    symbol: Symbol
    side: Side
    volume: Decimal
    open_price: Decimal
    price: Decimal
    profit: Decimal
    opened_at: Moment
    stop: Decimal | None = None
    target: Decimal | None = None
    swap: Decimal = Decimal(0)
    comment: Comment = ""


class OrderIn(Struct, frozen=True, forbid_unknown_fields=True):
    """An order that waits for its price. It is looked at for its comment."""

    ticket: Ticket
    symbol: Symbol
    side: Side
    volume: Decimal
    price: Decimal
    comment: Comment = ""


class DealIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Something the broker booked. A `balance` deal is money in or out: deposit, withdrawal, credit, bonus."""

    deal: Ticket
    at: Moment
    kind: Literal["trade", "balance"] = "trade"
    ticket: Annotated[str, Meta(max_length=64, pattern=r"^[^\x00]*$")] = ""
    direction: Literal["in", "out", "inout", "none"] = "none"
    side: Side | None = None
    symbol: Symbol | None = None
    volume: Decimal = Decimal(0)
    price: Decimal = Decimal(0)
    profit: Decimal = Decimal(0)
    swap: Decimal = Decimal(0)
    commission: Decimal = Decimal(0)
    reason: Reason = "unknown"
    comment: Comment = ""


class QuoteIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What the terminal's market asked and bid at `time`, of a symbol as the broker calls it."""

    symbol: Symbol
    bid: Decimal
    ask: Decimal
    time: Moment


class Look(Struct, frozen=True, forbid_unknown_fields=True):
    """`seq` grows with every look at an account, over restarts too: Unix milliseconds do. `time` is the
    terminal's clock. `deals` are all that are not yet known to have arrived. Equity may be null: unknown. A bad quote
    is left out, and the look is taken.
    """

    seq: Annotated[int, Meta(ge=0, le=2**62)]
    time: Moment
    server: Server
    login: Login
    currency: Currency
    balance: Decimal
    equity: Decimal | None
    margin: Decimal
    free_margin: Decimal
    positions: Annotated[list[PositionIn], Meta(max_length=10_000)]
    deals: Annotated[list[DealIn], Meta(max_length=1_000)] = []
    orders: Annotated[list[OrderIn], Meta(max_length=1_000)] = []
    quotes: Annotated[list[QuoteIn], Meta(max_length=MOST_QUOTES)] = []
    credit: Decimal = Decimal(0)
    mode: Mode | None = None
    kind: Kind | None = None
    leverage: Annotated[int, Meta(ge=0, le=100_000)] = 0
    connected: bool = True
    trade_allowed: bool = True
    algo_allowed: bool = True

    def comments(self) -> set[str]:
        """Every comment in sight."""
        found = {each.comment for each in self.positions} | {each.comment for each in self.orders}
        return found | {each.comment for each in self.deals}


class Want(Struct, frozen=True):
    """What a look is wanted for, within `seconds`.

    `quick` reads deals only if something has changed since the last look, `deals` always, `all` the waiting orders
    too, for their comments. Deals are wanted from `since` on; None: all there are. `quotes`: those of the terminal's
    market besides, which whoever waits for positions does not wait for.
    """

    seconds: float
    depth: Depth = "quick"
    since: Moment | None = None
    quotes: bool = False
