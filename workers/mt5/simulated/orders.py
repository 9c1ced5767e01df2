"""Orders of a simulated broker: at work, told, changed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from msgspec.structs import replace

from strategies.orders import Order as BarOrder
from workers.mt5.models import Order, OrderKind, OrderRequest, OrderState, Side, SymbolInfo


@dataclass(slots=True)
class Working:
    """An order that is at work."""

    ticket: int
    request: OrderRequest
    left: Decimal
    at: datetime


def order_of(order: Working, state: OrderState, position: int = 0) -> Order:
    """As a terminal lists it."""
    asked = order.request
    return Order(
        order.ticket,
        asked.symbol,
        asked.side,
        asked.kind,
        state,
        asked.volume or Decimal(0),
        order.left,
        asked.price or Decimal(0),
        asked.stop,
        asked.target,
        asked.magic,
        asked.comment,
        position,
        order.at,
    )


def bar_order(
    symbol: str,
    side: Side,
    kind: OrderKind,
    price: Decimal | None,
    stop: Decimal | None = None,
    target: Decimal | None = None,
) -> BarOrder:
    """For `strategies.fills`."""
    entry = float(price or 0)
    return BarOrder("", symbol, side, kind, entry, _float(stop), _float(target), volume=1.0)


def _float(price: Decimal | None) -> float | None:
    return None if price is None else float(price)


def changed(order: OrderRequest, asked: OrderRequest) -> OrderRequest:
    """A pending order with another price, stop or target."""
    return replace(order, price=asked.price or order.price, stop=asked.stop, target=asked.target)


def closing(asked: OrderRequest, side: Side, volume: Decimal) -> OrderRequest:
    """A close as what it is: a market order against a position."""
    return replace(asked, side=side, volume=volume)


def slipped(price: Decimal, side: Side, points: int, info: SymbolInfo) -> Decimal:
    """A price that ran `points` away from one who trades in this direction."""
    return price + (points if side == "buy" else -points) * info.point
