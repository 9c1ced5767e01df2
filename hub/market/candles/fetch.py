"""Exact windows of candles: from the store, holes refilled from a source."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from time import perf_counter

import msgspec
import structlog

from hub.core import clock
from hub.core.resources import Resources
from hub.market.candles import metrics, rules, store
from hub.market.candles.models import Candle, Timeframe
from hub.market.candles.rules import BadBars, Span
from hub.market.candles.settings import CandleSettings
from hub.market.candles.settings import settings as read_settings
from hub.market.candles.source import CandleSource, patiently

log = structlog.get_logger()

_ROUNDS = 4
_decoder = msgspec.msgpack.Decoder(list[Candle])


class TooFew(LookupError):
    """Neither the store nor the source has as many bars."""


async def get_candles(
    res: Resources,
    source: CandleSource,
    symbol: str,
    timeframe: Timeframe,
    window: int,
    end: datetime | None = None,
    *,
    settings: CandleSettings | None = None,
) -> list[Candle]:
    """The newest `window` bars that have closed by `end` (aware; by default now), oldest first, in UTC.

    Bars that market hours allow and the store lacks are fetched and kept; what the source lacks too (a holiday) is
    left out, and earlier bars make the number up. Raises TooFew; BadBars for a source that gives no bars; what the
    source raises when it is away, after the last retry.
    """
    settings = settings or read_settings()
    if window < 1:
        raise ValueError("a window has one bar at least")
    until = rules.floor(end or clock.now(), timeframe)
    key = f"candles:window:{symbol}:{timeframe}:{window}:{int(until.timestamp())}"
    if settings.cache_seconds and (kept := await res.redis.get(key)):
        return _decoder.decode(kept)
    found = await _window(res, source, symbol, timeframe, window, until, settings)
    if settings.cache_seconds:
        await res.redis.set(key, msgspec.msgpack.encode(found), ex=settings.cache_seconds)
    return found


async def _window(
    res: Resources,
    source: CandleSource,
    symbol: str,
    timeframe: Timeframe,
    window: int,
    until: datetime,
    settings: CandleSettings,
) -> list[Candle]:
    zone = res.settings.trading.market_tz
    start = rules.start_of(symbol, timeframe, window, until, zone)
    earlier = until
    for _ in range(_ROUNDS):
        wanted = rules.expected(symbol, timeframe, Span(start, earlier), zone)
        await refill(res, source, symbol, timeframe, wanted, settings)
        found = await store.newest(res.db, symbol, timeframe, until, window)
        short = window - sum(candle.time >= start for candle in found)
        if not short:
            return found
        earlier = start
        start = rules.start_of(symbol, timeframe, short, earlier, zone)
    if len(found) == window:
        return found
    raise TooFew(f"{symbol} {timeframe}: {len(found)} of {window} bars before {clock.rfc3339(until)}")


async def refill(
    res: Resources,
    source: CandleSource,
    symbol: str,
    timeframe: Timeframe,
    wanted: Sequence[datetime],
    settings: CandleSettings,
) -> list[Span]:
    """Fetch the wanted bars that the store lacks; the spans that stay empty. One that stayed empty a while ago is
    not asked for again so soon.
    """
    if not wanted:
        return []
    step = rules.step_of(timeframe)
    known = await store.between(res.db, symbol, timeframe, wanted[0], wanted[-1] + step)
    for span in rules.missing(wanted, known, timeframe):
        if await res.redis.get(_hole(symbol, timeframe, span)):
            continue
        given = await _fetched(source, symbol, timeframe, span, settings)
        if given:
            await store.add(res.db, symbol, timeframe, given)
    filled = await store.between(res.db, symbol, timeframe, wanted[0], wanted[-1] + step)
    holes = rules.missing(wanted, filled, timeframe)
    for span in holes:
        # A bar that just closed may come any moment.
        if clock.now() - span.end > timedelta(seconds=settings.hole_seconds):
            await res.redis.set(_hole(symbol, timeframe, span), b"1", ex=settings.hole_seconds)
    return holes


def _hole(symbol: str, timeframe: Timeframe, span: Span) -> str:
    times = f"{int(span.start.timestamp())}:{int(span.end.timestamp())}"
    return f"candles:hole:{symbol}:{timeframe}:{times}"


async def _fetched(
    source: CandleSource, symbol: str, timeframe: Timeframe, span: Span, settings: CandleSettings
) -> list[Candle]:
    """What the source gives, checked; tried again while it is away."""

    async def ask() -> list[Candle]:
        began = perf_counter()
        given = list(await source.candles(symbol, timeframe, span.start, span.end))
        rules.check(given, timeframe, span)
        metrics.seconds.observe(perf_counter() - began)
        return given

    try:
        given = await patiently(
            ask,
            retries=settings.retries,
            seconds=settings.retry_seconds,
            symbol=symbol,
            timeframe=timeframe,
        )
    except BadBars as error:
        log.error("candles.bad_bars", symbol=symbol, timeframe=timeframe, error=str(error))
        raise
    metrics.fetched.labels(symbol, timeframe).inc(len(given))
    return given
