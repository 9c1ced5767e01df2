"""The package's named tuples and rows as our structs. Floats become exact numbers here, and nowhere else."""

import math
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from workers.mt5.errors import MT5Error
from workers.mt5.models import (
    AccountInfo,
    Candle,
    Deal,
    Direction,
    Fillings,
    Kind,
    Order,
    OrderKind,
    OrderResult,
    OrderState,
    Position,
    Quote,
    Reason,
    Side,
    SymbolInfo,
    TradeMode,
)

Utc = Callable[[float], datetime]
DigitsOf = Callable[[str], int]
_VOLUME = Decimal("1e-8")
# The numbers are those of the MQL5 reference (ENUM_...); the package's constants are the same.
_STATES: dict[int, OrderState] = {
    0: "started",
    1: "placed",
    2: "cancelled",
    3: "partial",
    4: "filled",
    5: "rejected",
    6: "expired",
    7: "started",
    8: "placed",
    9: "placed",
}
_ENTRIES: tuple[Direction, ...] = ("in", "out", "inout", "out")
_REASONS: dict[int, Reason] = {
    0: "client",
    1: "client",
    2: "client",
    3: "expert",
    4: "stop_loss",
    5: "take_profit",
    6: "stop_out",
}
_KINDS: dict[int, OrderKind] = {0: "market", 1: "market", 2: "limit", 3: "limit"}
_ACCOUNTS: dict[int, Kind] = {0: "demo", 1: "contest"}
_TRADE_MODES: dict[int, TradeMode] = {1: "long_only", 2: "short_only", 3: "close_only", 4: "full"}
_EXPIRES_WHEN_TOLD = 4
_UNITS = ((2_592_000, "MN"), (604_800, "W"), (86_400, "D"), (3600, "H"), (60, "M"))


def exact(number: float) -> Decimal:
    """The shortest decimal that is this float. Raises `MT5Error` for NaN and infinities: they are no answer."""
    if not math.isfinite(number):
        raise MT5Error(f"the terminal gave {number} for a number")
    return Decimal(repr(float(number)))


def price(number: float, digits: int) -> Decimal:
    return exact(number).quantize(Decimal(1).scaleb(-digits))


def level(number: float, digits: int) -> Decimal | None:
    """A stop or target; MetaTrader writes 0 for none, so a level of exactly 0 cannot be had."""
    return price(number, digits) if number else None


def lots(number: float) -> Decimal:
    """Eight digits are enough for sizes, ticks and their values too."""
    return exact(number).quantize(_VOLUME).normalize() + 0


def minor(amount: float, digits: int) -> int:
    """Minor units of money that a broker gives as a float."""
    return int(exact(amount).scaleb(digits).to_integral_value())


def account(found: Any) -> AccountInfo:
    digits = found.currency_digits
    return AccountInfo(
        login=found.login,
        server=found.server,
        currency=found.currency,
        currency_digits=digits,
        mode="hedging" if found.margin_mode == 2 else "netting",
        leverage=found.leverage,
        balance=minor(found.balance, digits),
        equity=minor(found.equity, digits),
        profit=minor(found.profit, digits),
        margin=minor(found.margin, digits),
        free_margin=minor(found.margin_free, digits),
        trade_allowed=bool(found.trade_allowed and found.trade_expert),
        kind=_ACCOUNTS.get(found.trade_mode, "real"),
        credit=minor(found.credit, digits),
    )


def symbol(found: Any) -> SymbolInfo:
    return SymbolInfo(
        name=found.name,
        digits=found.digits,
        point=Decimal(1).scaleb(-found.digits),
        contract_size=lots(found.trade_contract_size),
        volume_min=lots(found.volume_min),
        volume_step=lots(found.volume_step),
        volume_max=lots(found.volume_max),
        stops_level=found.trade_stops_level,
        freeze_level=found.trade_freeze_level,
        fillings=Fillings(found.filling_mode & 3),
        trade_mode=_TRADE_MODES.get(found.trade_mode, "disabled"),
        profit_currency=found.currency_profit,
        tick_size=lots(found.trade_tick_size),
        tick_value=lots(found.trade_tick_value),
        takes_expiry=bool(found.expiration_mode & _EXPIRES_WHEN_TOLD),
    )


def quote(name: str, tick: Any, digits: int, utc: Utc) -> Quote:
    return Quote(name, price(tick.bid, digits), price(tick.ask, digits), utc(tick.time_msc / 1000))


def tick(name: str, row: Any, digits: int, utc: Utc) -> Quote:
    bid, ask = price(row["bid"], digits), price(row["ask"], digits)
    return Quote(name, bid, ask, utc(int(row["time_msc"]) / 1000))


def candle(row: Any, digits: int, utc: Utc) -> Candle:
    opened, high, low, close = (price(row[name], digits) for name in ("open", "high", "low", "close"))
    return Candle(utc(int(row["time"])), opened, high, low, close, int(row["tick_volume"]))


def position(found: Any, money: int, digits_of: DigitsOf, utc: Utc) -> Position:
    digits = digits_of(found.symbol)
    return Position(
        ticket=found.ticket,
        symbol=found.symbol,
        side=side(found.type),
        volume=lots(found.volume),
        open_price=exact(found.price_open),  # an average has more digits than a price
        price=price(found.price_current, digits),
        stop=level(found.sl, digits),
        target=level(found.tp, digits),
        profit=minor(found.profit, money),
        swap=minor(found.swap, money),
        magic=found.magic,
        comment=found.comment,
        opened_at=utc(found.time_msc / 1000),
    )


def order(found: Any, digits_of: DigitsOf, utc: Utc) -> Order:
    digits = digits_of(found.symbol)
    return Order(
        ticket=found.ticket,
        symbol=found.symbol,
        side=side(found.type),
        kind=_KINDS.get(found.type, "stop"),
        state=_STATES.get(found.state, "started"),
        volume=lots(found.volume_initial),
        left=lots(found.volume_current),
        price=price(found.price_open, digits),
        stop=level(found.sl, digits),
        target=level(found.tp, digits),
        magic=found.magic,
        comment=found.comment,
        position=found.position_id,
        at=utc(found.time_setup_msc / 1000),
    )


_PAID = (2, 3, 6)
"""DEAL_TYPE_BALANCE, _CREDIT, _BONUS. A charge or a correction that counted as taken out would hide a loss."""


def deal(found: Any, money: int, digits_of: DigitsOf, utc: Utc) -> Deal:
    trade = found.type in (0, 1)
    return Deal(
        ticket=found.ticket,
        order=found.order,
        position=found.position_id,
        symbol=found.symbol,
        side=side(found.type) if trade else None,
        direction=_ENTRIES[found.entry] if trade else "none",
        volume=lots(found.volume),
        price=price(found.price, digits_of(found.symbol)),
        profit=minor(found.profit, money),
        swap=minor(found.swap, money),
        commission=minor(found.commission, money) + minor(found.fee, money),
        reason=_REASONS.get(found.reason, "other"),
        magic=found.magic,
        comment=found.comment,
        at=utc(found.time_msc / 1000),
        paid=found.type in _PAID,
    )


def result(found: Any, digits: int) -> OrderResult:
    return OrderResult(
        retcode=found.retcode,
        order=found.order,
        deal=found.deal,
        volume=lots(found.volume),
        price=level(found.price, digits),
        bid=level(found.bid, digits),
        ask=level(found.ask, digits),
        comment=found.comment,
    )


def side(kind: int) -> Side:
    """Even order, position and deal types buy, odd ones sell; buy stop limit is 6, sell stop limit 7."""
    return "buy" if kind % 2 == 0 else "sell"


def timeframe_name(seconds: int) -> str:
    """As in TIMEFRAME_H1. Raises ValueError for one MetaTrader does not have."""
    for unit, letter in _UNITS:
        if seconds >= unit and seconds % unit == 0:
            return f"{letter}{seconds // unit}"
    raise ValueError(f"MetaTrader has no timeframe of {seconds} s")
