"""What became of an order, and what proves it. No clock, no I/O."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from workers.mt5.marks import Mark, attempted, tells_attempts
from workers.mt5.models import Deal, Order, OrderRequest, OrderResult, Position
from workers.mt5.retcodes import TAKEN, TRY_AGAIN, proves_refusal

State = Literal["placed", "refused", "unknown", "absent"]


class Outcome(Struct, frozen=True, omit_defaults=True):
    """`placed`: the broker took it; `volume` is what is filled so far, at `price` on average.

    `refused`: it did not, by `retcode`. `absent`: it never arrived. `unknown`: not proven yet.
    """

    state: State
    retcode: int = 0
    order: int = 0
    position: int = 0
    volume: Decimal = Decimal(0)
    price: Decimal | None = None

    @property
    def may_be_sent(self) -> bool:
        """Whether it is proven that nothing is there, and another attempt makes sense."""
        return self.state == "absent" or (self.state == "refused" and self.retcode in TRY_AGAIN)


class Records(Struct, frozen=True):
    """The broker's, in one look."""

    positions: list[Position]
    orders: list[Order]
    past: list[Order]
    deals: list[Deal]


UNKNOWN = Outcome("unknown")
ABSENT = Outcome("absent")


def answered(result: OrderResult) -> Outcome:
    """What the broker's own answer proves."""
    if result.retcode in TAKEN:
        return Outcome("placed", result.retcode, result.order, 0, result.volume, result.price)
    if proves_refusal(result.retcode):
        return Outcome("refused", result.retcode, result.order)
    return Outcome("unknown", result.retcode)


def proven(request: OrderRequest, mark: Mark, attempt: int, records: Records) -> Outcome | None:
    """What the records prove of an order's newest attempt; None if they show nothing of it."""
    if request.action in ("cancel", "modify_order", "modify_position"):
        return _changed(request, records)
    return (
        _dealt(mark, records.deals)
        or _listed(request, mark, records)
        or _held(mark, records.positions)
        or _rejected(mark, attempt, records.past)
    )


def _dealt(mark: Mark, deals: list[Deal]) -> Outcome | None:
    # a stop or target that ends a position later carries its magic, and is not the order
    ours = [deal for deal in deals if mark.on(deal) and deal.reason in ("client", "expert", "other")]
    volume = sum((deal.volume for deal in ours), Decimal(0))
    if not volume:
        return None
    price = sum((deal.price * deal.volume for deal in ours), Decimal(0)) / volume
    return Outcome("placed", 0, ours[0].order, ours[0].position, volume, price)


def _listed(request: OrderRequest, mark: Mark, records: Records) -> Outcome | None:
    for order in [*records.orders, *records.past]:
        if not mark.on(order) or order.state in ("rejected", "started"):
            continue
        filled = order.volume - order.left
        if order.state == "cancelled" and not filled and request.action != "pending":
            return Outcome("refused", 0, order.ticket)  # a market order that found no other side
        return Outcome("placed", 0, order.ticket, order.position, filled)
    return None


def _rejected(mark: Mark, attempt: int, past: list[Order]) -> Outcome | None:
    """An earlier attempt's rejection proves nothing of this one."""
    if attempt > 1 and not tells_attempts(mark):
        return None
    comment = attempted(mark, attempt)
    for order in past:
        if order.comment == comment and order.state == "rejected":
            return Outcome("refused", 0, order.ticket)
    return None


def _held(mark: Mark, positions: list[Position]) -> Outcome | None:
    for held in positions:
        if mark.on(held):
            return Outcome("placed", 0, 0, held.ticket, held.volume, held.open_price)
    return None


def _changed(request: OrderRequest, records: Records) -> Outcome | None:
    """A change shows in what it changed: sent twice it would do no harm, but is not."""
    if request.action == "modify_position":
        position = next((each for each in records.positions if each.ticket == request.position), None)
        done = position is not None and (position.stop, position.target) == (request.stop, request.target)
        return Outcome("placed", 0, 0, request.position) if done else None
    order = next((each for each in records.orders if each.ticket == request.order), None)
    if request.action == "cancel":
        gone = any(each.ticket == request.order and each.state == "cancelled" for each in records.past)
        return Outcome("placed", 0, request.order) if gone and order is None else None
    done = order is not None and (request.price or order.price, request.stop, request.target) == (
        order.price,
        order.stop,
        order.target,
    )
    return Outcome("placed", 0, request.order) if done else None
