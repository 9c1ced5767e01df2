"""Which bars a market must have had, which are missing, and what is no bar."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import get_args

from msgspec import Struct

from hub.market.candles.models import Candle, Timeframe
from strategies.hours import session
from strategies.symbols import ALIASES, SYMBOLS, Symbol

STEPS: dict[Timeframe, int] = dict(
    zip(get_args(Timeframe), (60, 300, 900, 1800, 3600, 14_400, 86_400), strict=True)
)
"""Seconds."""
_LOOK = 3600
_FAR = timedelta(days=14)


class Span(Struct, frozen=True, order=True):
    """Bars that opened from `start` until before `end`."""

    start: datetime
    end: datetime


class BadBars(ValueError):
    """A source gave what is no series of bars."""


def step_of(timeframe: Timeframe) -> timedelta:
    return timedelta(seconds=STEPS[timeframe])


def floor(at: datetime, timeframe: Timeframe) -> datetime:
    """The opening of the bar that holds `at`, in UTC. Raises ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("candles need an aware time")
    seconds = int(at.timestamp())
    return datetime.fromtimestamp(seconds - seconds % STEPS[timeframe], UTC)


def traded(symbol: str, timeframe: Timeframe, at: datetime, zone: str) -> bool:
    """Whether the market was open for entries at some time of the bar that opened at `at` (looked at hourly).

    A symbol nobody described keeps the week of the currency market.
    """
    known = SYMBOLS.get(ALIASES.get(symbol, symbol)) or Symbol(symbol, digits=5, point=0.00001, tick_value=1)
    looks = range(0, STEPS[timeframe], _LOOK)
    return any(session(known, at + timedelta(seconds=look), zone=zone) == "open" for look in looks)


def expected(symbol: str, timeframe: Timeframe, span: Span, zone: str) -> list[datetime]:
    """Openings of every bar that market hours (`zone`: of calendars that name none) allow in a span."""
    step, found = step_of(timeframe), []
    at = floor(span.start - timedelta(microseconds=1), timeframe) + step
    while at < span.end:
        if traded(symbol, timeframe, at, zone):
            found.append(at)
        at += step
    return found


def start_of(symbol: str, timeframe: Timeframe, window: int, end: datetime, zone: str) -> datetime:
    """The opening of the earliest of `window` bars that close by `end`, if no holiday came between."""
    step, at, left = step_of(timeframe), floor(end, timeframe), window
    nearest = at
    while left and nearest - at < _FAR:
        at -= step
        if traded(symbol, timeframe, at, zone):
            left -= 1
            nearest = at
    return at


def missing(wanted: Iterable[datetime], known: Iterable[Candle], timeframe: Timeframe) -> list[Span]:
    """Spans of wanted bars that are not known; bars next to one another, or with a closed market between, are one."""
    times, step = {candle.time for candle in known}, step_of(timeframe)
    spans: list[Span] = []
    joined = False
    for at in wanted:
        if at in times:
            joined = False
        elif joined:
            spans[-1] = Span(spans[-1].start, at + step)
        else:
            spans.append(Span(at, at + step))
            joined = True
    return spans


def check(candles: Sequence[Candle], timeframe: Timeframe, span: Span) -> None:
    """`BadBars` unless these are bars of the span, oldest first, each once, on the grid, with sound prices."""
    for candle in candles:
        if why := _wrong(candle, timeframe, span):
            raise BadBars(f"the bar of {candle.time}: {why}")
    for before, after in pairwise(candles):
        if after.time <= before.time:
            raise BadBars(f"the bar of {after.time} does not follow that of {before.time}")


def _wrong(candle: Candle, timeframe: Timeframe, span: Span) -> str | None:
    prices = (candle.open, candle.high, candle.low, candle.close)
    if candle.time.tzinfo is None or candle.time.utcoffset():
        return "its time is not UTC"
    if floor(candle.time, timeframe) != candle.time or candle.time.microsecond:
        return f"its time does not open a bar of {timeframe}"
    if not span.start <= candle.time < span.end:
        return "nobody asked for it"
    if not all(price.is_finite() and price > 0 for price in prices):
        return "a price is no number above 0"
    if not (candle.volume.is_finite() and candle.volume >= 0):
        return "the volume is no number from 0"
    if candle.high < max(prices) or candle.low > min(prices):
        return "its prices are not between low and high"
    return None
