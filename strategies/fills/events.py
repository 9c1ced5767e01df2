"""What the fill engine tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Reason = Literal["take_profit", "stop_loss", "manual"]


@dataclass(frozen=True, slots=True)
class Filled:
    """An order became a position. `at` is the opening time of the bar, epoch seconds."""

    order_id: str
    price: float
    volume: float
    at: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A position ended.

    `pips` (ten points each) and `profit` (account currency, no commission, no swap) run from the fill;
    `r` is the result over the risk the order planned, |entry - stop|, and 0 without a stop.
    """

    order_id: str
    price: float
    at: int
    reason: Reason
    pips: float
    r: float
    profit: float


@dataclass(frozen=True, slots=True)
class Expired:
    """A pending order outlived `Order.expires`."""

    order_id: str
    at: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A pending order was withdrawn."""

    order_id: str
    at: int


Event = Filled | Closed | Expired | Cancelled
