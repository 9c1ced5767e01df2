"""Trading hours: weekly calendars in their own time zone, close-only spans, blocklist windows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from strategies.symbols import Symbol
from strategies.symbols import symbol as known_symbol

DEFAULT_MARKET_TZ = "America/New_York"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY = 24 * 60
WEEK = 7 * DAY
Session = Literal["open", "close_only", "closed"]
_SPAN = re.compile(r"(?:(\w{3}) )?(\d\d):(\d\d)-(?:(\w{3}) )?(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until before `end`, minutes since Monday 00:00 local time; wraps over Sunday."""

    start: int
    end: int

    def holds(self, minute: int) -> bool:
        """Whether the local minute of the week lies within."""
        return (minute - self.start) % WEEK < (self.end - self.start) % WEEK


@dataclass(frozen=True, slots=True)
class Calendar:
    """When an instrument does not trade, and when positions may only be closed.

    `zone` (IANA) is that of its spans; None leaves it to who asks.
    """

    closed: tuple[Span, ...]
    close_only: tuple[Span, ...] = ()
    zone: str | None = None


def spans(text: str) -> tuple[Span, ...]:
    """Spans of "Fri 17:00-Sun 17:00" or, every day, "16:55-18:00"; several with ";" between.

    Raises ValueError for anything else.
    """
    return tuple(span for part in text.split(";") if part.strip() for span in _parse(part.strip()))


def _parse(text: str) -> tuple[Span, ...]:
    match = _SPAN.fullmatch(text)
    days = [match[1], match[4]] if match else []
    if match is None or any(day not in DAYS for day in days if day) or (days[0] is None) != (days[1] is None):
        raise ValueError(f"not a span of hours: {text!r}")
    start, end = _minute(match[2], match[3]), _minute(match[5], match[6])
    if start == end and days[0] == days[1]:
        raise ValueError(f"an empty span of hours: {text!r}")
    if days[0]:
        return (Span(DAYS.index(days[0]) * DAY + start, DAYS.index(days[1]) * DAY + end),)
    return tuple(Span(day * DAY + start, day * DAY + (end if end > start else end + DAY)) for day in range(7))


def _minute(hours: str, minutes: str) -> int:
    if int(hours) > 24 or int(minutes) > 59:
        raise ValueError(f"no such time of day: {hours}:{minutes}")
    return int(hours) * 60 + int(minutes)


CALENDARS = {
    "fx": Calendar(closed=spans("Fri 17:00-Sun 17:00")),
    "metals": Calendar(closed=spans("Fri 17:00-Sun 17:00"), close_only=spans("17:00-18:00")),
    # the hours of an exchange, wherever the broker is
    "index": Calendar(closed=spans("Fri 17:00-Sun 18:00; 17:00-18:00"), zone="America/New_York"),
    "always": Calendar(closed=()),
}


def session(
    symbol: Symbol | str, now: datetime, blocked: tuple[Span, ...] = (), zone: str = DEFAULT_MARKET_TZ
) -> Session:
    """The state of the symbol's market at `now` (aware; ValueError when naive).

    `blocked` spans allow closing only, as the calendar's own do. `zone` (IANA) is theirs, and that of a
    calendar which names none.
    """
    if now.tzinfo is None:
        raise ValueError("market hours need an aware time")
    calendar = CALENDARS[(known_symbol(symbol) if isinstance(symbol, str) else symbol).calendar]
    own = calendar.zone or zone
    if _within(calendar.closed, now, own):
        return "closed"
    return "close_only" if _within(calendar.close_only, now, own) or _within(blocked, now, zone) else "open"


def _within(held: tuple[Span, ...], now: datetime, zone: str) -> bool:
    if not held:
        return False
    local = now.astimezone(ZoneInfo(zone))
    minute = local.weekday() * DAY + local.hour * 60 + local.minute
    return any(span.holds(minute) for span in held)


def is_market_open(symbol: Symbol | str, now: datetime, zone: str = DEFAULT_MARKET_TZ) -> bool:
    """Whether the market trades at all; close-only spans count as open."""
    return session(symbol, now, zone=zone) != "closed"


def may_enter(
    symbol: Symbol | str, now: datetime, blocked: tuple[Span, ...] = (), zone: str = DEFAULT_MARKET_TZ
) -> bool:
    """Whether a new trade may be entered at `now`."""
    return session(symbol, now, blocked, zone) == "open"
