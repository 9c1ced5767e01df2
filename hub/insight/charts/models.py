"""Charts: what is drawn, and how it is asked for."""

from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hub.market.candles.models import Symbol, Timeframe

Kind = Literal["candles", "equity", "histogram"]
Theme = Literal["light", "dark"]
Png = Annotated[Any, Meta(extra_json_schema={"type": "string", "contentMediaType": "image/png"})]


class Candlesticks(Struct, frozen=True, tag="candles"):
    """Oldest first; `times` are epoch seconds at which bars opened, `digits` the decimals of a price."""

    title: str
    times: list[int]
    opens: list[float]
    highs: list[float]
    lows: list[float]
    closes: list[float]
    digits: int = 2
    theme: Theme = "light"


class Equity(Struct, frozen=True, tag="equity"):
    """Oldest first; `times` are epoch seconds, `values` whole units of `currency`."""

    title: str
    times: list[int]
    values: list[float]
    currency: str
    theme: Theme = "light"


class Histogram(Struct, frozen=True, tag="histogram"):
    """How often values occur; `unit` is written below the axis."""

    title: str
    values: list[float]
    unit: str
    bins: Annotated[int, Meta(ge=1, le=200)] = 30
    theme: Theme = "light"


Chart = Candlesticks | Equity | Histogram


class Picture(Struct, frozen=True):
    """A PNG and the hash of what it shows and how it was drawn."""

    key: str
    png: bytes


class CandleChartQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """The newest `bars` closed candles."""

    symbol: Symbol
    timeframe: Timeframe = "H1"
    bars: Annotated[int, Meta(ge=1, le=2_000)] = 120
    theme: Theme = "light"


class EquityChartQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """What an account was worth over the last `days`."""

    account_id: UUID
    days: Annotated[int, Meta(ge=1, le=366)] = 30
    theme: Theme = "light"


class ReturnsChartQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """What the trades closed in the last `days` made: of one account, or of all."""

    account_id: UUID | None = None
    days: Annotated[int, Meta(ge=1, le=366)] = 90
    theme: Theme = "light"
