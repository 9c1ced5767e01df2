"""What a terminal is asked and what it answers. Money in minor units of the account's currency, times in UTC."""

from datetime import datetime
from decimal import Decimal
from enum import IntFlag
from typing import Literal

from msgspec import Struct

Side = Literal["buy", "sell"]
Mode = Literal["netting", "hedging"]
Filling = Literal["fok", "ioc", "return"]
OrderKind = Literal["market", "limit", "stop"]
Direction = Literal["in", "out", "inout", "none"]
Reason = Literal["client", "expert", "stop_loss", "take_profit", "stop_out", "other"]
OrderState = Literal["started", "placed", "partial", "filled", "cancelled", "rejected", "expired"]
Kind = Literal["demo", "real", "contest"]
TradeMode = Literal["disabled", "long_only", "short_only", "close_only", "full"]
Action = Literal["market", "pending", "close", "modify_position", "modify_order", "cancel"]


class Fillings(IntFlag):
    """SYMBOL_FILLING_MODE: what a symbol allows beside RETURN."""

    FOK = 1
    IOC = 2


class Credentials(Struct, frozen=True):
    """What a login needs. Its repr tells nothing."""

    login: int
    password: str
    server: str
    path: str = ""

    def __repr__(self) -> str:
        return "<MT5 credentials>"


class TerminalInfo(Struct, frozen=True):
    """`connected`: to the broker. `algo_allowed`: the button "Algo Trading". `knows_zone`: times that it tells are UTC; else
    they are the broker's own, up to half a day off.
    """

    connected: bool
    algo_allowed: bool
    ping_ms: int
    knows_zone: bool = True


class AccountInfo(Struct, frozen=True):
    login: int
    server: str
    currency: str
    currency_digits: int
    mode: Mode
    leverage: int
    balance: int
    equity: int
    profit: int
    margin: int
    free_margin: int
    trade_allowed: bool
    kind: Kind
    credit: int = 0


class SymbolInfo(Struct, frozen=True):
    """Contract terms. Volumes in lots, distances in points; `contract_size` units a lot.

    `tick_value` is what a lot gains or loses in one tick, in the account's currency. `takes_expiry`: the broker ends a
    waiting order at a time it is told.
    """

    name: str
    digits: int
    point: Decimal
    contract_size: Decimal
    volume_min: Decimal
    volume_step: Decimal
    volume_max: Decimal
    stops_level: int
    freeze_level: int
    fillings: Fillings
    trade_mode: TradeMode
    profit_currency: str
    tick_size: Decimal
    tick_value: Decimal
    takes_expiry: bool

    @property
    def trade_allowed(self) -> bool:
        return self.trade_mode == "full"


class Quote(Struct, frozen=True):
    symbol: str
    bid: Decimal
    ask: Decimal
    at: datetime


class Candle(Struct, frozen=True):
    """`at` is its opening. Prices are bids; `volume` counts ticks."""

    at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int


class Position(Struct, frozen=True):
    ticket: int
    symbol: str
    side: Side
    volume: Decimal
    open_price: Decimal
    price: Decimal
    stop: Decimal | None
    target: Decimal | None
    profit: int
    swap: int
    magic: int
    comment: str
    opened_at: datetime


class Order(Struct, frozen=True):
    """`volume` is what was asked for, `left` what is not filled. `position` is 0 before there is one."""

    ticket: int
    symbol: str
    side: Side
    kind: OrderKind
    state: OrderState
    volume: Decimal
    left: Decimal
    price: Decimal
    stop: Decimal | None
    target: Decimal | None
    magic: int
    comment: str
    position: int
    at: datetime


class Deal(Struct, frozen=True):
    """`order` and `position` are tickets; `symbol` is empty and `side` None for what is no trade. `paid`: money paid in or
    taken out, not a fee, interest or dividend.
    """

    ticket: int
    order: int
    position: int
    symbol: str
    side: Side | None
    direction: Direction
    volume: Decimal
    price: Decimal
    profit: int
    swap: int
    commission: int
    reason: Reason
    magic: int
    comment: str
    at: datetime
    paid: bool = False


class OrderRequest(Struct, frozen=True, omit_defaults=True):
    """`position` names what is closed or changed, `order` the pending order that is changed or cancelled.

    A close without a volume closes all. `deviation` is in points.
    """

    action: Action
    symbol: str
    side: Side = "buy"
    kind: OrderKind = "market"
    volume: Decimal | None = None
    price: Decimal | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    deviation: int = 20
    filling: Filling = "ioc"
    expires_at: datetime | None = None
    position: int = 0
    order: int = 0
    magic: int = 0
    comment: str = ""


class OrderResult(Struct, frozen=True):
    """What the broker answered; `retcode` is a TRADE_RETCODE_*. Tickets are 0 where there are none."""

    retcode: int
    order: int = 0
    deal: int = 0
    volume: Decimal = Decimal(0)
    price: Decimal | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    comment: str = ""
