"""What signals a person did not take would have made. Money is minor units of US dollars at the least volume."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct

from hub.trading.signals.models import OrderType, Side

Why = Literal["rejected", "expired"]
State = Literal["closed", "open", "not_filled", "no_candles"]


class CounterfactualQuery(
    Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}
):
    """Signals that came from `from` on and before `to`: the last 30 days, when neither is given."""

    since: datetime | None = None
    until: datetime | None = None


class Missed(Struct, frozen=True):
    """A signal that was not taken. `at`: from when on it could have worked; `ends`: when its order was over."""

    id: UUID
    why: Why
    instrument: str
    side: Side
    order_type: OrderType
    entry: Decimal
    stop: Decimal
    target: Decimal
    at: datetime
    ends: datetime


class Outcome(Struct, frozen=True):
    """What became of one order. `r` is the result over the planned risk; both figures are of closed ones."""

    state: State
    r: float = 0.0
    profit: int = 0


class Sum(Struct, frozen=True):
    """Orders that closed, added up: `sample_size` of them, `wins` with a gain."""

    sample_size: int
    wins: int
    r: float
    profit: int


class Group(Struct, frozen=True):
    """`gross` without spread and slippage, `net` with both: each a replay of its own, so samples may differ.

    What did not close is in no sum; it is counted as the replay after costs ended.
    """

    signals: int
    gross: Sum
    net: Sum
    still_open: int
    not_filled: int
    no_candles: int
    says: str


class Counterfactual(Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """`complete` is false when there were more signals than are replayed: the newest are."""

    since: datetime
    until: datetime
    rejected: Group
    expired: Group
    complete: bool
    spread_points: int
    slippage_points: int
    note: str
