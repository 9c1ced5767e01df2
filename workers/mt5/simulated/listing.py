"""Symbols a simulated broker lists, and how they trade."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby

from strategies.candles import Bar
from strategies.fills.match import Costs
from workers.mt5.models import Candle, Fillings, Quote, SymbolInfo


def symbol(name: str, *, digits: int = 2, contract: str = "100", stops_level: int = 10) -> SymbolInfo:
    """Terms as brokers have them; the defaults are gold's."""
    point = Decimal(1).scaleb(-digits)
    return SymbolInfo(
        name=name,
        digits=digits,
        point=point,
        contract_size=Decimal(contract),
        volume_min=Decimal("0.01"),
        volume_step=Decimal("0.01"),
        volume_max=Decimal("50"),
        stops_level=stops_level,
        freeze_level=0,
        fillings=Fillings.FOK | Fillings.IOC,
        trade_mode="full",
        profit_currency="USD",
        tick_size=point,
        tick_value=Decimal(contract) * point,
        takes_expiry=True,
    )


GOLD = symbol("GOLD.r")
EURUSD = symbol("EURUSD.r", digits=5, contract="100000")


@dataclass(slots=True)
class Listing:
    """A symbol and its market. `spread` in points, `seconds` of a bar."""

    info: SymbolInfo
    spread: int = 20
    listed: bool = True
    quote: Quote | None = None
    bars: list[Bar] = field(default_factory=list)
    seconds: int = 60

    @property
    def costs(self) -> Costs:
        """What `strategies.fills` asks for: no slippage, bars gap over prices."""
        return Costs(float(self.spread * self.info.point), 0.0, self.info.digits + 2, True)

    def price(self, number: float) -> Decimal:
        """A float on the symbol's grid."""
        return Decimal(repr(number)).quantize(self.info.point)


def newest(listing: Listing, timeframe: int, count: int) -> list[Bar]:
    """The newest bars of `timeframe` seconds, made of the listing's own, the last one perhaps not whole.

    Raises ValueError for a timeframe the own bars do not add up to.
    """
    if timeframe % listing.seconds:
        raise ValueError(f"bars of {listing.seconds} s do not make bars of {timeframe} s")
    own = listing.bars[-count * (timeframe // listing.seconds) :]
    groups = [list(bars) for _, bars in groupby(own, lambda bar: bar.time // timeframe)]
    return [merged(bars, timeframe) for bars in groups][-count:]


def merged(bars: list[Bar], timeframe: int) -> Bar:
    """One bar of several."""
    high, low = max(bar.high for bar in bars), min(bar.low for bar in bars)
    volume = sum(bar.volume for bar in bars)
    return Bar(bars[0].time // timeframe * timeframe, bars[0].open, high, low, bars[-1].close, volume)


def ticks_of(bar: Bar, listing: Listing, off: timedelta) -> list[Quote]:
    """What a bar's prices are as ticks, a quarter of it apart, of a terminal whose clock is `off`."""
    opened, step = datetime.fromtimestamp(bar.time, UTC) + off, timedelta(seconds=listing.seconds) / 4
    bids = [listing.price(each) for each in (bar.open, bar.low, bar.high, bar.close)]
    spread = listing.spread * listing.info.point
    return [Quote(listing.info.name, bid, bid + spread, opened + n * step) for n, bid in enumerate(bids)]


def candle_of(bar: Bar, listing: Listing, off: timedelta) -> Candle:
    """A bar as a terminal gives it whose clock is `off`."""
    at = datetime.fromtimestamp(bar.time, UTC) + off
    opened, high, low, close = (listing.price(each) for each in bar[1:5])
    return Candle(at, opened, high, low, close, int(bar.volume))
