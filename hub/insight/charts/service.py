"""Pictures of figures: from the cache, or drawn beside the event loop and kept."""

import asyncio
from functools import cache
from importlib.metadata import version
from weakref import WeakValueDictionary

from prometheus_client import Counter

from hub.core.metrics import from_zero
from hub.core.problems import NotFound, Unavailable
from hub.core.resources import Resources
from hub.insight.charts import rules
from hub.insight.charts.models import (
    CandleChartQuery,
    Candlesticks,
    Chart,
    Equity,
    Histogram,
    Kind,
    Picture,
)
from hub.insight.charts.pool import Pool
from hub.insight.charts.settings import settings
from hub.insight.charts.storage import Pictures
from hub.market.candles import service as market
from hub.market.candles.models import Candle, CandleQuery
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


async def render_candles(chart: Candlesticks) -> Picture:
    """A candlestick chart; `Undrawable` when there is nothing, or NaN, in it."""
    return await _picture(chart)


async def render_equity(chart: Equity) -> Picture:
    """A line of what an account was worth; as `render_candles`."""
    return await _picture(chart)


async def render_histogram(chart: Histogram) -> Picture:
    """How often values occur; as `render_candles`."""
    return await _picture(chart)


async def newest(res: Resources, query: CandleChartQuery) -> Candlesticks:
    """The newest candles, to be drawn. `NotFound` when there are none."""
    wanted = CandleQuery(query.symbol, query.timeframe, query.bars)
    candles = (await market.newest(res, wanted)).items
    if not candles:
        raise NotFound(f"There are no candles of {query.symbol} {query.timeframe}.")
    return _candlesticks(query, candles)


def name(chart: Chart) -> str:
    """The key of its picture, without drawing it."""
    return rules.key(chart, _libraries())


async def prune() -> None:
    """Forget old pictures."""
    await asyncio.to_thread(_studio().pictures.prune)


async def _picture(chart: Chart) -> Picture:
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
