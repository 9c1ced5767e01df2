"""Exact windows of ticks: from the store, holes refilled from a source."""

from datetime import datetime, timedelta

import msgspec
import structlog

from hub.core import clock
from hub.core.resources import Resources
from hub.market.candles.rules import Span
from hub.market.candles.source import patiently
from hub.market.quotes import metrics, rules, service, store
from hub.market.quotes.models import Tick
from hub.market.quotes.rules import BadTicks
from hub.market.quotes.settings import QuoteSettings
from hub.market.quotes.settings import settings as read_settings
from hub.market.quotes.source import TickSource

log = structlog.get_logger()

_decoder = msgspec.msgpack.Decoder(list[Tick])


async def get_ticks(
    res: Resources,
    source: TickSource,
    symbol: str,
    start: datetime,
    end: datetime,
    *,
    settings: QuoteSettings | None = None,
) -> list[Tick]:
    """What this source quoted from `start` until before `end` (aware; a day at most), oldest first, in UTC.

    Where the market was open and the store has had no tick for `TICK_SILENCE_SECONDS`, the source is asked, and what
    it gives is kept. Raises ValueError for what is no window; BadTicks for a source that gives no ticks; what the
    source raises when it is away, after the last retry.
    """
    settings, span = settings or read_settings(), rules.window(start, end)
    key = f"ticks:window:{source.name}:{symbol}:{span.start.isoformat()}:{span.end.isoformat()}"
    if settings.cache_seconds and (kept := await res.redis.get(key)):
        return _decoder.decode(kept)
    found = await _filled(res, source, symbol, span, settings)
    if settings.cache_seconds:
        await res.redis.set(key, msgspec.msgpack.encode(found), ex=settings.cache_seconds)
    return found


async def _filled(
    res: Resources, source: TickSource, symbol: str, span: Span, settings: QuoteSettings
) -> list[Tick]:
    """What the store has once its holes were asked for. One that stayed a while ago is not asked for again so soon.

    A silence may begin before the window and end after it: so far is looked.
    """
    silence, zone = timedelta(seconds=settings.silence_seconds), res.settings.trading.market_tz
    around = Span(span.start - silence, span.end + silence)

    async def look() -> tuple[list[Tick], list[Span]]:
        known = await store.between(res.db, symbol, source.name, around.start, around.end)
        holes = rules.holes(symbol, around, [tick.time for tick in known], silence, zone)
        within = [tick for tick in known if span.start <= tick.time < span.end]
        return within, [hole for hole in holes if hole.start < span.end and hole.end > span.start]

    found, holes = await look()
    asked = [hole for hole in holes if not await res.redis.get(_mark(source, symbol, hole))]
    if not asked:
        return found
    for hole in asked:
        if given := await _fetched(source, symbol, hole, settings):
            await service.add_ticks(res.db, symbol, source.name, given)
    found, left = await look()
    for hole in left:
        # A tick of this moment may be on its way.
        if clock.now() - hole.end > timedelta(seconds=settings.hole_seconds):
            await res.redis.set(_mark(source, symbol, hole), b"1", ex=settings.hole_seconds)
    return found


def _mark(source: TickSource, symbol: str, hole: Span) -> str:
    """By the minute: windows that begin a moment apart have the same holes."""
    minutes = f"{int(hole.start.timestamp()) // 60}:{int(hole.end.timestamp()) // 60}"
    return f"ticks:hole:{source.name}:{symbol}:{minutes}"


async def _fetched(source: TickSource, symbol: str, hole: Span, settings: QuoteSettings) -> list[Tick]:
    """What the source gives, checked; tried again while it is away."""

    async def ask() -> list[Tick]:
        given = list(await source.ticks(symbol, hole.start, hole.end))
        rules.check(given, hole)
        return given

    try:
        given = await patiently(
            ask, retries=settings.retries, seconds=settings.retry_seconds, source=source.name, symbol=symbol
        )
    except BadTicks as error:
        log.error("quotes.bad_ticks", source=source.name, symbol=symbol, error=str(error))
        raise
    metrics.fetched.labels(symbol).inc(len(given))
    return given
