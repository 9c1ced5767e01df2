"""An account at a broker, written apart from the ledger: it books deals and keeps its own cash."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hub.trading.trades.models import Deal

START = datetime(2026, 1, 5, 8, tzinfo=UTC)


def deal(number: int, **changed: Any) -> Deal:
    """A deal of XAUUSD, a minute after the one before."""
    given: dict[str, Any] = {
        "deal": str(number),
        "ticket": "1",
        "kind": "trade",
        "direction": "in",
        "side": "buy",
        "symbol": "XAUUSD",
        "volume": Decimal(1),
        "price": Decimal(2000),
        "profit": 0,
        "swap": 0,
        "commission": 0,
        "reason": "expert",
        "comment": "",
        "at": START + timedelta(minutes=number),
    }
    return Deal(**(given | changed))


@dataclass
class Position:
    """Lots below zero are short. `cost` is the signed sum of price x lots, in cents: exact by construction."""

    lots: int
    cost: int


@dataclass
class Broker:
    """Whole lots at whole prices, a cent a lot and point: every profit is a whole cent, no mean is rounded."""

    cash: int = 0
    price: int = 2000
    positions: dict[str, Position] = field(default_factory=dict)
    deals: list[Deal] = field(default_factory=list)
    tickets: int = 0

    def book(self, **facts: Any) -> None:
        made = deal(len(self.deals) + 1, price=Decimal(self.price), **facts)
        self.deals.append(made)
        self.cash += made.profit + made.swap + made.commission

    def deposit(self, cents: int) -> None:
        self.book(kind="balance", direction="none", side=None, symbol=None, volume=Decimal(0), profit=cents)

    def enter(self, lots: int, commission: int) -> str:
        self.tickets += 1
        self.positions[str(self.tickets)] = Position(0, 0)
        self.add(str(self.tickets), lots, commission)
        return str(self.tickets)

    def add(self, ticket: str, lots: int, commission: int) -> None:
        held = self.positions[ticket]
        held.lots += lots
        held.cost += lots * self.price
        self._book(ticket, "in", lots, 0, 0, commission)

    def leave(self, ticket: str, lots: int, swap: int, commission: int) -> None:
        """Close `lots` of it (signed as the position); the last part takes what is left of the cost."""
        held = self.positions[ticket]
        cost = held.cost * lots // held.lots if lots != held.lots else held.cost
        held.lots -= lots
        held.cost -= cost
        self._book(ticket, "out", -lots, lots * self.price - cost, swap, commission)
        if not held.lots:
            del self.positions[ticket]

    def turn(self, ticket: str, lots: int, swap: int, commission: int) -> None:
        """`lots` the other way: all of it ends, and the rest opens under the same ticket."""
        held = self.positions[ticket]
        rest = held.lots - lots
        self._book(ticket, "inout", -lots, held.lots * self.price - held.cost, swap, commission)
        self.positions[ticket] = Position(rest, rest * self.price)

    def _book(self, ticket: str, direction: str, lots: int, profit: int, swap: int, commission: int) -> None:
        self.book(
            ticket=ticket,
            direction=direction,
            side="buy" if lots > 0 else "sell",
            volume=Decimal(abs(lots)),
            profit=profit,
            swap=swap,
            commission=commission,
        )

    @property
    def floating(self) -> int:
        return sum(held.lots * self.price - held.cost for held in self.positions.values())

    @property
    def equity(self) -> int:
        return self.cash + self.floating
