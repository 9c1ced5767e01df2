"""Quotes: for how much a market buys and sells at a moment."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from hub.market.candles.models import Symbol


class Tick(Struct, frozen=True):
    """Prices at a time, in UTC."""

    time: datetime
    bid: Decimal
    ask: Decimal


class Quote(Tick, frozen=True):
    """A tick, with what it is of and who quoted it; to people only the kind of terminal is shown, `gateway` or `owner`."""

    symbol: str
    source: str


class QuoteQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """The newest quote of one symbol; without one, of each."""

    symbol: Symbol | None = None


class NewestQuote(Quote, frozen=True):
    """`spread` is ask less bid, `age_seconds` by the hub's clock. `stale`: too old to be acted on."""

    spread: Decimal
    age_seconds: float
    stale: bool


class Quotes(Struct, frozen=True):
    """By symbol. `fresh_seconds`: a quote is stale from that age on."""

    items: list[NewestQuote]
    fresh_seconds: int
