"""What traders did, counted by the day."""

from datetime import date

from msgspec import Struct

from hub.market.candles.models import Symbol
from hub.research.decisions.models import Name


class Day(Struct, frozen=True):
    """A trader's events of one day (UTC). Those of bars are of the day the bar opened: a replay of old bars counts there.

    `bar_closed`: bars decided on. `setup_found`: those that led to a setup, of which `order_built` led to an order.
    `blocked`: those whose decision was withheld, out of hours. `heartbeat`: how often the hub heard the trader.
    """

    day: date
    producer_id: str
    strategy: str
    symbol: str
    bar_closed: int
    setup_found: int
    order_built: int
    blocked: int
    heartbeat: int


class Days(Struct, frozen=True):
    items: list[Day]


class DaysQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Both days are inclusive; without them the last 30. A year at most."""

    since: date | None = None
    until: date | None = None
    strategy: Name | None = None
    symbol: Symbol | None = None
