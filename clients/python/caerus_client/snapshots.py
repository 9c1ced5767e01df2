"""How an account stands, as a device tells the hub. Amounts, prices and volumes are decimal strings."""

from datetime import datetime
from typing import Literal

import msgspec

Side = Literal["buy", "sell"]


class SnapshotPosition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An open position. `volume` in lots; `profit` without swap, in the account's currency."""

    ticket: str
    symbol: str
    side: Side
    volume: str
    open_price: str
    price: str
    profit: str
    opened_at: str
    stop: str | None = None
    target: str | None = None
    swap: str = "0"
    comment: str = ""


class SnapshotOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order that waits for its price."""

    ticket: str
    symbol: str
    side: Side
    volume: str
    price: str
    comment: str = ""


class SnapshotDeal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the broker booked; `balance` is money paid in or out. `at` is RFC 3339 in UTC, not in broker time."""

    deal: str
    at: str
    kind: Literal["trade", "balance"] = "trade"
    ticket: str = ""
    direction: Literal["in", "out", "inout", "none"] = "none"
    side: Side | None = None
    symbol: str | None = None
    volume: str = "0"
    price: str = "0"
    profit: str = "0"
    swap: str = "0"
    commission: str = "0"
    reason: str = "unknown"
    comment: str = ""


class SnapshotQuote(msgspec.Struct, frozen=True, kw_only=True):
    """Bid and ask of a symbol as the broker calls it. `time` is RFC 3339 in UTC, not in broker time."""

    symbol: str
    bid: str
    ask: str
    time: str


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """`seq` grows with every snapshot of an account (`Counting`). `equity` None: not known, never "0".

    `deals` are all that no answer without `doubt` has confirmed yet. `quotes`, 20 at most, are not sent when there are
    none: a hub of before they were thought of takes the snapshot too.
    """

    seq: int
    time: str
    server: str
    login: str
    currency: str
    balance: str
    equity: str | None
    margin: str
    free_margin: str
    credit: str = "0"
    positions: tuple[SnapshotPosition, ...] = ()
    orders: tuple[SnapshotOrder, ...] = ()
    deals: tuple[SnapshotDeal, ...] = ()
    quotes: tuple[SnapshotQuote, ...] | msgspec.UnsetType = msgspec.UNSET
    mode: Literal["netting", "hedging"] | None = None
    kind: Literal["demo", "real", "contest"] | None = None
    leverage: int = 0
    connected: bool = True
    trade_allowed: bool = True
    algo_allowed: bool = True


class SnapshotTaken(msgspec.Struct, frozen=True):
    """The hub has it. With `doubt` it believes nothing of it: its deals go again with the next."""

    account_id: str
    seq: int
    doubt: str | None = None


class Counting:
    """Numbers for snapshots: Unix milliseconds, and never one twice. Goes on after a restart without a file."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, now: datetime) -> int:
        self._last = max(self._last + 1, int(now.timestamp() * 1000))
        return self._last
