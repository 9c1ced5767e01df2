"""A setup and the decisions that carry it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Side = Literal["short", "long"]


@dataclass(frozen=True, slots=True)
class Point:
    """An anchor of the retracement: `row` in the window (0 the oldest), epoch seconds, price, RSI."""

    row: int
    time: int
    price: float
    rsi: float


@dataclass(frozen=True, slots=True)
class Setup:
    """A trade the rules propose.

    `time` opens the decision bar, `decided_at` is when the decision could first be made (epoch
    seconds); `risk` is the price distance from entry to stop. Prices are not rounded yet.
    """

    id: str
    symbol: str
    side: Side
    time: int
    decided_at: int
    point1: Point
    point2: Point
    entry: float
    stop: float
    target: float
    risk: float
    features: Mapping[str, float]

    @property
    def order_id(self) -> str:
        """Unique even when a released setup is placed anew: the setup and the bar that decided it."""
        return f"{self.id}@{iso(self.time)}"


@dataclass(frozen=True, slots=True)
class Place:
    """Place the order of this setup."""

    setup: Setup


@dataclass(frozen=True, slots=True)
class Cancel:
    """Withdraw the pending order of a superseded setup."""

    setup_id: str
    order_id: str
    side: Side
    reason: str = "New Setup"


Decision = Place | Cancel


def iso(time: int) -> str:
    """Epoch seconds as RFC 3339 in UTC."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
