"""Candles: what a market did in a span of time."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

Timeframe = Literal["M1", "M5", "M15", "M30", "H1", "H4", "D1"]
Symbol = Annotated[str, Meta(pattern=r"^[A-Z0-9.]{3,20}$")]


class Candle(Struct, frozen=True):
    """One closed bar: `time` is when it opened; bid prices."""

    time: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


class ClosedCandle(Candle, frozen=True):
    """A candle, with what it is of."""

    symbol: str
    timeframe: str


class CandleQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """The newest `limit` candles that opened before `until`."""

    symbol: Symbol
    timeframe: Timeframe = "H1"
    limit: Annotated[int, Meta(ge=1, le=2_000)] = 300
    until: datetime | None = None


class Candles(Struct, frozen=True):
    """Oldest first."""

    items: list[Candle]


class Taken(Struct, frozen=True):
    """How many candles of an import were new, and how many known ones were corrected."""

    added: int
    changed: int
