"""Pictures of figures: from the cache, or drawn beside the event loop and kept."""

import asyncio
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from uuid import UUID
from weakref import WeakValueDictionary

from prometheus_client import Counter

from hub.core import clock
from hub.core.metrics import from_zero
from hub.core.money import digits
from hub.core.problems import NotFound, Unavailable
from hub.core.resources import Resources
from hub.insight.charts import rules
from hub.insight.charts.models import (
    CandleChartQuery,
    Candlesticks,
    Chart,
    Equity,
    EquityChartQuery,
    Histogram,
    Kind,
    Picture,
    ReturnsChartQuery,
)
from hub.insight.charts.pool import Pool
from hub.insight.charts.settings import settings
from hub.insight.charts.storage import Pictures
from hub.market.candles import service as market
from hub.market.candles.models import Candle, CandleQuery
from hub.trading.trades import service as trades
from strategies.symbols import SYMBOLS

_rendered = from_zero(Counter("media_render_total", "Pictures drawn", ["type"]), rules.KINDS)
_hits = from_zero(Counter("media_cache_hits_total", "Pictures found drawn", ["type"]), rules.KINDS)


class _Studio:
    """The process's one drawing process and folder."""

    def __init__(self) -> None:
        self.most_bytes = settings().max_bytes
        self.pool, self.pictures = Pool(), Pictures(settings())
        self.locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


_studio = cache(_Studio)


async def newest(res: Resources, query: CandleChartQuery) -> Candlesticks:
    """The newest candles, to be drawn. `NotFound` when there are none."""
    wanted = CandleQuery(query.symbol, query.timeframe, query.bars)
    candles = (await market.newest(res, wanted)).items
    if not candles:
        raise NotFound(f"There are no candles of {query.symbol} {query.timeframe}.")
    return _candlesticks(query, candles)


async def equity(res: Resources, user_id: UUID, query: EquityChartQuery) -> Equity:
    """What a person's account was worth, to be drawn. `NotFound` while nothing is known of it, or another's."""
    points = await trades.equity_of(res, user_id, query.account_id, _since(query.days))
    if not points:
        raise NotFound("Nothing is known yet of what that account was worth.")
    currency = points[-1].currency
    return Equity(
        title="Equity",
        times=[int(point.at.timestamp()) for point in points],
        values=[point.equity / 10 ** digits(currency) for point in points],
        currency=currency,
        theme=query.theme,
    )


async def returns(res: Resources, user_id: UUID, query: ReturnsChartQuery) -> Histogram:
    """What a person's closed trades made, to be drawn. `NotFound` when there are none."""
    values = await trades.returns_of(res, user_id, query.account_id, _since(query.days))
    if not values:
        raise NotFound("No trade was closed in that time.")
    return Histogram(title="Closed trades", values=values, unit="% of balance", theme=query.theme)


def _since(days: int) -> datetime:
    return clock.now() - timedelta(days=days)


def name(chart: Chart) -> str:
    """The key of its picture, without drawing it."""
    return rules.key(chart, _libraries())


async def prune() -> None:
    """Forget old pictures."""
    await asyncio.to_thread(_studio().pictures.prune)


async def render(chart: Chart) -> Picture:
    """Its picture; `Undrawable` when there is nothing, or NaN, in it."""
    await asyncio.to_thread(rules.check, chart)
    kind, key, studio = rules.kind_of(chart), await asyncio.to_thread(name, chart), _studio()
    # Everybody asks for the same picture when a bar closes: one draws it, the others find it.
    lock = studio.locks.setdefault(key, asyncio.Lock())
    async with lock:
        if found := await asyncio.to_thread(studio.pictures.get, kind, key):
            _hits.labels(kind).inc()
            return Picture(key, found)
        png = await _drawn(studio, kind, chart)
        await asyncio.to_thread(studio.pictures.put, kind, key, png)
    return Picture(key, png)


async def _drawn(studio: _Studio, kind: Kind, chart: Chart) -> bytes:
    png = await studio.pool.png(chart)
    if len(png) > studio.most_bytes:
        raise Unavailable(f"The picture has {len(png)} bytes; MEDIA_MAX_BYTES is {studio.most_bytes}.")
    _rendered.labels(kind).inc()
    return png


def _candlesticks(query: CandleChartQuery, candles: list[Candle]) -> Candlesticks:
    known = SYMBOLS.get(query.symbol)
    return Candlesticks(
        title=f"{query.symbol}  {query.timeframe}",
        times=[int(candle.time.timestamp()) for candle in candles],
        opens=[float(candle.open) for candle in candles],
        highs=[float(candle.high) for candle in candles],
        lows=[float(candle.low) for candle in candles],
        closes=[float(candle.close) for candle in candles],
        digits=known.digits if known else 2,
        theme=query.theme,
    )


@cache
def _libraries() -> str:
    """What else decides how a picture looks."""
    return " ".join(f"{package} {version(package)}" for package in ("matplotlib", "pillow"))
