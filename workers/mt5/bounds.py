"""Whether a command may be carried out here and now, and as which order. No clock, no I/O.

Behaviour and words are the reference EA's (`ea-sdk/include/caerus_guard.mqh`, `caerus_execute.mqh`).
"""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from caerus_client.models import OpenCommand
from msgspec import Struct

from strategies.sizing import clamp_volume, lots
from strategies.symbols import Symbol
from workers.mt5.models import AccountInfo, Filling, Fillings, OrderRequest, Quote, SymbolInfo
from workers.mt5.settings import Mt5Settings
from workers.simulator.bounds import broken_bound, ends_at, working_price
from workers.simulator.terminal import Quote as Touch

_A_BIT = 1e-8


class Refusal(Struct, frozen=True):
    """`refused`: a bound does not hold. `failed`: it could not be an order here."""

    status: Literal["refused", "failed"]
    error: str


class Seen(Struct, frozen=True):
    """What the terminal showed when the command was judged."""

    account: AccountInfo
    info: SymbolInfo
    quote: Quote


def judged(command: OpenCommand, seen: Seen, limits: Mt5Settings, now: datetime) -> OrderRequest | Refusal:
    """The order, or why there is none. What cannot be reckoned with is refused, never guessed."""
    try:
        return _judged(command, seen, limits, now)
    except (ArithmeticError, ValueError):
        return Refusal("failed", "a number or time in the command cannot be read")


def _judged(command: OpenCommand, seen: Seen, limits: Mt5Settings, now: datetime) -> OrderRequest | Refusal:
    symbol, touch = terms(seen.info), Touch(float(seen.quote.bid), float(seen.quote.ask))
    if not 0 < touch.bid <= touch.ask:
        return Refusal("failed", "the terminal has no quotes")
    broken = own_refusal(command, seen, limits) or broken_bound(command, touch, symbol, now)
    if broken:
        return Refusal("refused", broken)
    price = working_price(command, touch, symbol)
    volume = volume_of(command, seen.account, symbol, limits.risk_percent)
    if wrong := _unfit(command, price, volume, symbol, limits):
        return Refusal("failed", wrong)
    return _order(command, seen.info, touch, price, volume, limits.slippage_points)


def terms(info: SymbolInfo) -> Symbol:
    """The broker's, as our own functions take them: `tick_value` is a point's."""
    return Symbol(
        info.name,
        digits=info.digits,
        point=float(info.point),
        tick_value=float(info.tick_value * info.point / info.tick_size) if info.tick_size else 0.0,
        volume_min=float(info.volume_min),
        volume_step=float(info.volume_step),
        volume_max=float(info.volume_max),
        stop_level_points=info.stops_level,
        currency=info.profit_currency,
    )


def own_refusal(command: OpenCommand, seen: Seen, limits: Mt5Settings) -> str | None:
    """Why this account's own limits refuse a command."""
    if limits.mode == "approval" and command.volume is not None:
        return "mode: this terminal executes approvals only, copying is switched off on it"
    if seen.account.mode != "hedging":
        return "netting: an account that nets positions cannot tell one trade from another"
    spread = (seen.quote.ask - seen.quote.bid) / seen.info.point
    if limits.max_spread_points and spread > limits.max_spread_points:
        return f"max_spread: {spread:.1f} points against {limits.max_spread_points:.1f}"
    return None


def volume_of(command: OpenCommand, account: AccountInfo, symbol: Symbol, risk_percent: float) -> float:
    """The command's lots, or those that lose so much of the balance at the stop; 0 if that cannot be reckoned.

    The least volume of a small account may therefore risk more.
    """
    if command.volume is not None:
        return float(command.volume)
    balance = float(Decimal(account.balance).scaleb(-account.currency_digits))
    entry, stop = float(command.entry), float(command.stop)
    if balance <= 0 or entry == stop or symbol.tick_value <= 0:
        return 0.0
    return lots(balance, entry, stop, symbol, risk_percent / 100)


def _unfit(
    command: OpenCommand, price: float, volume: float, symbol: Symbol, limits: Mt5Settings
) -> str | None:
    sign, stop, target = _sign(command), float(command.stop), float(command.target)
    if not (price > 0 and stop > 0 and sign * (price - stop) > 0 and sign * (target - price) > 0):
        return "invalid stops"
    if not (volume > 0 and abs(clamp_volume(volume, symbol) - volume) <= _A_BIT):
        return "invalid volume"
    if limits.max_volume and volume > float(limits.max_volume) + _A_BIT:
        return f"max_volume: {volume:.2f} lots"
    return None


def _order(
    command: OpenCommand, info: SymbolInfo, touch: Touch, price: float, volume: float, slippage: int
) -> OrderRequest:
    at_market = _passed(command, touch)
    return OrderRequest(
        "market" if at_market else "pending",
        info.name,
        command.side,
        "market" if at_market else command.order_type,
        volume=Decimal(repr(volume)),
        price=None if at_market else on_grid(repr(price), info),
        stop=on_grid(command.stop, info),
        target=on_grid(command.target, info),
        deviation=slippage,
        filling=filling(info),
        expires_at=None if at_market or not info.takes_expiry else ends_at(command).replace(microsecond=0),
    )


def _passed(command: OpenCommand, touch: Touch) -> bool:
    """Whether the order meets the market at once."""
    price = touch.ask if command.side == "buy" else touch.bid
    reached = _sign(command) * (price - float(command.entry)) >= 0
    return command.order_type == "market" or (command.order_type == "stop" and reached)


def _sign(command: OpenCommand) -> float:
    return 1.0 if command.side == "buy" else -1.0


def on_grid(price: str, info: SymbolInfo) -> Decimal:
    return Decimal(price).quantize(Decimal(1).scaleb(-info.digits))


def filling(info: SymbolInfo) -> Filling:
    """The first that the symbol allows: all or nothing, then what there is."""
    if Fillings.FOK in info.fillings:
        return "fok"
    return closing_filling(info)


def closing_filling(info: SymbolInfo) -> Filling:
    """What there is, then all or nothing: a position that is half closed is closed further."""
    if Fillings.IOC in info.fillings:
        return "ioc"
    return "fok" if Fillings.FOK in info.fillings else "return"
