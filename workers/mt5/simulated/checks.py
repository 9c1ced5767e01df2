"""Whether a broker takes an order: pure, by the symbol's terms and its quote."""

from datetime import datetime
from decimal import Decimal

from workers.mt5.models import Fillings, OrderRequest, Quote, Side, SymbolInfo
from workers.mt5.retcodes import Retcode


def refusal(request: OrderRequest, info: SymbolInfo, quote: Quote, now: datetime) -> Retcode | None:
    """Why a new order is not taken; None if it is."""
    volume = request.volume
    if not info.trade_allowed:
        return Retcode.TRADE_DISABLED
    if volume is None or not fits(volume, info):
        return Retcode.INVALID_VOLUME
    if request.expires_at is not None and request.expires_at <= now:
        return Retcode.INVALID_EXPIRATION
    if request.action == "market":
        if not filling_allowed(request, info):
            return Retcode.INVALID_FILL
        entry = touch(quote, request.side)
    else:
        if request.price is None or not on_grid(request.price, info):
            return Retcode.INVALID_PRICE
        entry = request.price
        if misplaced(request, info, quote):
            return Retcode.INVALID_PRICE
    return stops_refusal(request.side, entry, request.stop, request.target, info)


def fits(volume: Decimal, info: SymbolInfo) -> bool:
    """Within least and most, and whole steps."""
    return info.volume_min <= volume <= info.volume_max and volume % info.volume_step == 0


def on_grid(price: Decimal, info: SymbolInfo) -> bool:
    return price % info.point == 0


def filling_allowed(request: OrderRequest, info: SymbolInfo) -> bool:
    """RETURN is always allowed here, as with market execution of exchange symbols."""
    wanted = {"fok": Fillings.FOK, "ioc": Fillings.IOC}.get(request.filling)
    return wanted is None or wanted in info.fillings


def misplaced(request: OrderRequest, info: SymbolInfo, quote: Quote) -> bool:
    """A limit not below (buy) or above (sell) the market by the stops level, a stop order not beyond it."""
    sign = 1 if request.side == "buy" else -1
    assert request.price is not None
    ahead = sign * (touch(quote, request.side) - request.price)
    least = max(info.stops_level, 1) * info.point
    return (ahead if request.kind == "limit" else -ahead) < least


def stops_refusal(
    side: Side, entry: Decimal, stop: Decimal | None, target: Decimal | None, info: SymbolInfo
) -> Retcode | None:
    """Stop and target stand on their sides, at the stops level or further, and on the grid."""
    sign = 1 if side == "buy" else -1
    least = max(info.stops_level, 1) * info.point
    for price, distance in ((stop, sign), (target, -sign)):
        if price is not None and (not on_grid(price, info) or distance * (entry - price) < least):
            return Retcode.INVALID_STOPS
    return None


def touch(quote: Quote, side: Side) -> Decimal:
    """What one who trades in this direction gets."""
    return quote.ask if side == "buy" else quote.bid
