"""What a book holds, and its bytes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from strategies.fills.match import Costs
from strategies.orders import Order
from strategies.symbols import Symbol

FORMAT = "fills/1"


@dataclass(frozen=True, slots=True)
class Pending:
    """An order that waits, since `placed` (epoch seconds)."""

    order: Order
    placed: int


@dataclass(frozen=True, slots=True)
class Position:
    """An order filled at `price` in the bar that opened at `opened`, `from_open` when at its open."""

    order: Order
    price: float
    opened: int
    from_open: bool


@dataclass(frozen=True, slots=True)
class State:
    """Everything a book is."""

    symbol: Symbol
    costs: Costs
    pending: list[Pending]
    positions: list[Position]


def pack(state: State) -> bytes:
    """`state` as JSON; floats keep their bits."""
    return json.dumps({"format": FORMAT, **asdict(state)}, separators=(",", ":")).encode()


def unpack(data: bytes) -> State:
    """The state in `data`. Raises ValueError for another format."""
    raw = json.loads(data)
    if raw.get("format") != FORMAT:
        raise ValueError(f"not a {FORMAT} snapshot")
    return State(
        symbol=Symbol(**raw["symbol"]),
        costs=Costs(*raw["costs"]),
        pending=[Pending(**{**each, "order": Order(**each["order"])}) for each in raw["pending"]],
        positions=[Position(**{**each, "order": Order(**each["order"])}) for each in raw["positions"]],
    )
