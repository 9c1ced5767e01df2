"""What the broker's records say became of an order, from its placing to its end. No clock, no I/O."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from caerus_client.models import CloseReason
from msgspec import Struct

from workers.mt5.marks import Mark
from workers.mt5.models import Deal, Order, Position

State = Literal["pending", "open", "closed", "cancelled", "expired", "rejected"]
_OUT = ("out", "inout")
_REASONS: dict[str, CloseReason] = {"take_profit": "take_profit", "stop_loss": "stop_loss"}


class Fate(Struct, frozen=True):
    """`ticket` is the position's once there is one, before that the order's. `volume` (lots) is what was filled, at
    `price`, prices are means over the volume.
    """

    state: State
    ticket: int
    symbol: str
    volume: Decimal = Decimal(0)
    price: Decimal | None = None
    close_price: Decimal | None = None
    close_reason: CloseReason | None = None


def standing(mark: Mark, positions: Iterable[Position], orders: Iterable[Order]) -> Fate | None:
    """Of one that is open or waits."""
    for held in positions:
        if mark.on(held):
            return Fate("open", held.ticket, held.symbol, held.volume, held.open_price)
    for order in orders:
        if mark.on(order):
            return Fate("pending", order.ticket, order.symbol)
    return None


def ended(mark: Mark, past: Iterable[Order], deals: list[Deal]) -> Fate | None:
    """Of one that is neither any more; what was rejected last, for a later attempt may have been taken."""
    found = sorted((order for order in past if mark.on(order)), key=lambda each: each.state == "rejected")
    if not found:
        return None
    order = found[0]
    position = order.position or next((each.position for each in deals if each.order == order.ticket), 0)
    if position:
        return of_position(position, deals)
    match order.state:
        case "rejected" | "expired":
            reason: CloseReason | None = "expired" if order.state == "expired" else None
            return Fate(order.state, order.ticket, order.symbol, close_reason=reason)
        case "cancelled":
            return Fate("cancelled", order.ticket, order.symbol, close_reason="cancelled")
    return None  # it is filled, and its deals are not in the records yet


def of_position(ticket: int, deals: Iterable[Deal]) -> Fate | None:
    """Of a position by its deals; None without any that opened it."""
    ours = [deal for deal in deals if deal.position == ticket]
    opened = [deal for deal in ours if deal.direction == "in"]
    closed = [deal for deal in ours if deal.direction in _OUT]
    if not opened:
        return None
    bought, sold = _lots(opened), _lots(closed)
    if sold < bought:
        return Fate("open", ticket, opened[0].symbol, bought, _mean(opened))
    return Fate("closed", ticket, opened[0].symbol, bought, _mean(opened), _mean(closed), reason_of(closed))


def closed_by(ticket: int, deals: Iterable[Deal]) -> Fate | None:
    """Of a position that is not held any more: by the deals that closed it, however long ago it was opened."""
    closed = [deal for deal in deals if deal.position == ticket and deal.direction in _OUT]
    if not closed:
        return None
    symbol, price = closed[0].symbol, _mean(closed)
    return Fate("closed", ticket, symbol, close_price=price, close_reason=reason_of(closed))


def reason_of(closed: list[Deal]) -> CloseReason:
    return _REASONS.get(closed[-1].reason, "manual") if closed else "manual"


def _lots(deals: list[Deal]) -> Decimal:
    return sum((deal.volume for deal in deals), Decimal(0))


def _mean(deals: list[Deal]) -> Decimal:
    return sum((deal.price * deal.volume for deal in deals), Decimal(0)) / _lots(deals)


def number(value: Decimal) -> str:
    """As text, without digits that say nothing; a mean may have more than anybody needs."""
    return f"{round(value, 8).normalize():f}"
