"""What is no quote, and where ticks are missing."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from hub.market.candles.rules import Span, traded
from hub.market.quotes.models import Quote, Tick

Fault = Literal["symbol", "price", "crossed", "time", "future"]
LONGEST = timedelta(days=1)
"""Of one window of ticks."""
_SYMBOL = re.compile(r"[A-Z0-9.]{3,20}")
_MOST, _SMALLEST_EXPONENT = Decimal(10) ** 9, -20
_FROM = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


class BadTicks(ValueError):
    """A source gave what is no series of ticks."""


def fault(given: Quote, now: datetime, skew: timedelta) -> Fault | None:
    """Why a quote is refused. `skew` is how far ahead of ours its clock may be."""
    if not _SYMBOL.fullmatch(given.symbol):
        return "symbol"
    return tick_fault(given, now, skew)


def tick_fault(given: Tick, now: datetime, skew: timedelta) -> Fault | None:
    """The same of its prices and its time."""
    if not (_price(given.bid) and _price(given.ask)):
        return "price"
    if given.ask < given.bid:
        return "crossed"
    if given.time.tzinfo is None or given.time < _FROM:
        return "time"
    return "future" if given.time > now + skew else None


def _price(value: Decimal) -> bool:
    if not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= _SMALLEST_EXPONENT and 0 < value < _MOST


def window(start: datetime, end: datetime) -> Span:
    """From `start` until before `end`, in UTC. ValueError for naive times, and for one that is empty or over a day."""
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("ticks need aware times")
    if not timedelta(0) < end - start <= LONGEST:
        raise ValueError("a window of ticks is longer than nothing, and no longer than a day")
    return Span(start.astimezone(UTC), end.astimezone(UTC))


def holes(symbol: str, span: Span, times: Iterable[datetime], silence: timedelta, zone: str) -> list[Span]:
    """Where the market was open and nothing was quoted for longer than `silence`. `times` of the span, in order."""
    found = []
    for before, after in pairwise([span.start, *times, span.end]):
        if after - before > silence:
            parts = opened(symbol, Span(before, after), zone)
            found += [part for part in parts if part.end - part.start > silence]
    return found


def opened(symbol: str, span: Span, zone: str) -> list[Span]:
    """The parts of a span in which the market was open for entries, by the minute."""
    parts: list[Span] = []
    at = span.start
    while at < span.end:
        until = min(at.replace(second=0, microsecond=0) + _MINUTE, span.end)
        if traded(symbol, "M1", at, zone):
            joined = bool(parts) and parts[-1].end == at
            parts = [*parts[:-1], Span(parts[-1].start, until)] if joined else [*parts, Span(at, until)]
        at = until
    return parts


def check(ticks: Sequence[Tick], span: Span) -> None:
    """`BadTicks` unless these are ticks of the span, oldest first, with sound prices."""
    for tick in ticks:
        if tick.time.tzinfo is None or tick.time.utcoffset():
            raise BadTicks(f"the tick of {tick.time}: its time is not UTC")
        if not span.start <= tick.time < span.end:
            raise BadTicks(f"the tick of {tick.time}: nobody asked for it")
        if why := tick_fault(tick, span.end, timedelta(0)):
            raise BadTicks(f"the tick of {tick.time}: {why}")
    for before, after in pairwise(ticks):
        if after.time < before.time:
            raise BadTicks(f"the tick of {after.time} comes after that of {before.time}")
