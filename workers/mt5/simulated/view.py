"""What a terminal shows: the broker's records now, or as they were when it last heard of them."""

from dataclasses import dataclass

from workers.mt5.models import AccountInfo, Deal, Order, Position, Quote
from workers.mt5.simulated.broker import Broker


@dataclass(frozen=True, slots=True)
class View:
    account: AccountInfo
    positions: list[Position]
    orders: list[Order]
    past: list[Order]
    deals: list[Deal]
    quotes: dict[str, Quote | None]


def view(broker: Broker) -> View:
    """The present; what happens later does not change it."""
    with broker.lock:
        return View(
            broker.account(),
            broker.positions(),
            broker.orders(),
            list(broker.past),
            list(broker.books.deals),
            {name: listing.quote for name, listing in broker.listings.items()},
        )
