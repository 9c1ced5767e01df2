"""Hours on both sides of both changes of the clock in New York."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.hours import CALENDARS, is_market_open, may_enter, session, spans
from strategies.symbols import SYMBOLS


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        # Winter: New York is UTC-5, so the week runs from Sunday 22:00 to Friday 22:00 UTC.
        ("2026-01-16 21:59", True),
        ("2026-01-16 22:00", False),
        ("2026-01-17 12:00", False),
        ("2026-01-18 21:59", False),
        ("2026-01-18 22:00", True),
        # Summer: UTC-4.
        ("2026-07-17 20:59", True),
        ("2026-07-17 21:00", False),
        ("2026-07-18 12:00", False),
        ("2026-07-19 20:59", False),
        ("2026-07-19 21:00", True),
        # Clocks go forward on Sunday 2026-03-08 at 02:00: closed in winter time, opened in summer time.
        ("2026-03-06 21:59", True),
        ("2026-03-06 22:00", False),
        ("2026-03-08 20:59", False),
        ("2026-03-08 21:00", True),
        # Clocks go back on Sunday 2026-11-01 at 02:00.
        ("2026-10-30 20:59", True),
        ("2026-10-30 21:00", False),
        ("2026-11-01 21:59", False),
        ("2026-11-01 22:00", True),
        # London and New York are an hour apart from their usual distance in these weeks.
        ("2026-03-13 20:59", True),
        ("2026-03-13 21:00", False),
    ],
)
def test_the_fx_week(time: str, expected: bool) -> None:
    assert is_market_open("EURUSD", utc(time)) is expected
    assert is_market_open("GOLD", utc(time)) is expected


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("day", range(7))
def test_every_hour_of_a_week_by_the_rule(day: int, hour: int) -> None:
    local = datetime(2026, 6, 1 + day, hour, tzinfo=ZoneInfo("America/New_York"))
    closed = day == 5 or (day == 4 and hour >= 17) or (day == 6 and hour < 17)
    assert is_market_open("EURUSD", local.astimezone(UTC)) is not closed


@pytest.mark.parametrize(
    ("name", "time", "expected"),
    [
        ("XAUUSD", "2026-01-14 21:59", "open"),
        ("XAUUSD", "2026-01-14 22:00", "close_only"),
        ("XAUUSD", "2026-01-14 23:00", "open"),
        ("US500", "2026-01-14 22:30", "closed"),
        ("US500", "2026-01-14 23:00", "open"),
        ("US500", "2026-01-18 22:30", "closed"),
        ("US500", "2026-01-18 23:00", "open"),
        ("EURUSD", "2026-01-14 22:30", "open"),
    ],
)
def test_a_symbol_has_hours_of_its_own(name: str, time: str, expected: str) -> None:
    assert session(name, utc(time)) == expected
    assert may_enter(name, utc(time)) is (expected == "open")
    assert is_market_open(name, utc(time)) is (expected != "closed")


def test_blocked_windows_allow_closing_only() -> None:
    blocked = spans("Wed 08:25-Wed 08:35; 23:55-00:05")
    sessions = [session("EURUSD", utc(f"2026-01-14 {time}"), blocked) for time in ("13:24", "13:25", "13:35")]
    assert sessions == ["open", "close_only", "open"]
    nights = [
        session("EURUSD", utc(f"2026-01-14 {time}"), blocked) for time in ("04:54", "04:56", "05:04", "05:05")
    ]
    assert nights == ["open", "close_only", "close_only", "open"]
    assert session("EURUSD", utc("2026-01-17 13:30"), blocked) == "closed"


@pytest.mark.parametrize(
    ("name", "zone", "time", "expected"),
    [
        # 17:00 on Friday is 22:00 UTC in New York and 17:00 UTC in London, in winter
        ("EURUSD", "America/New_York", "2026-01-16 17:00", "open"),
        ("EURUSD", "Europe/London", "2026-01-16 16:59", "open"),
        ("EURUSD", "Europe/London", "2026-01-16 17:00", "closed"),
        ("EURUSD", "Europe/London", "2026-01-18 17:00", "open"),
        ("XAUUSD", "Europe/London", "2026-01-14 17:30", "close_only"),
        ("XAUUSD", "Europe/London", "2026-01-14 22:30", "open"),
        # and an hour earlier in summer
        ("EURUSD", "Europe/London", "2026-07-17 16:00", "closed"),
        # an exchange keeps its own hours
        ("US500", "Europe/London", "2026-01-14 17:30", "open"),
        ("US500", "Europe/London", "2026-01-14 22:30", "closed"),
    ],
)
def test_a_calendar_without_a_zone_takes_the_one_that_is_given(
    name: str, zone: str, time: str, expected: str
) -> None:
    assert session(name, utc(time), zone=zone) == expected
    assert may_enter(name, utc(time), zone=zone) is (expected == "open")
    assert is_market_open(name, utc(time), zone=zone) is (expected != "closed")


@pytest.mark.parametrize("name", ["EURUSD", "US500"])
def test_blocked_windows_are_in_the_given_zone_whatever_the_calendar_s(name: str) -> None:
    blocked = spans("Wed 14:00-Wed 14:30")
    at = utc("2026-01-14 14:15")
    assert session(name, at, blocked, "Europe/London") == "close_only"
    assert session(name, at, blocked) == "open"
    assert session(name, utc("2026-01-14 19:15"), blocked) == "close_only"


def test_a_span_over_the_week_s_end_wraps() -> None:
    (span,) = spans("Sun 22:00-Mon 02:00")
    assert [span.holds(minute) for minute in (0, 119, 120, 7 * 1440 - 121, 7 * 1440 - 120)] == [
        True,
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "text",
    ["nonsense", "Fri 17:00-18:00", "17:00-Fri 18:00", "Fry 17:00-Sun 17:00", "25:00-26:00", "10:00-10:00"],
)
def test_a_wrong_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"span|time of day"):
        spans(text)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        is_market_open("EURUSD", datetime(2026, 1, 14))


@given(st.datetimes(datetime(2007, 3, 1), datetime(2035, 1, 1)), st.integers(-12, 14))
def test_the_answer_does_not_hang_on_the_zone_of_the_clock(now: datetime, hours: int) -> None:
    elsewhere = now.replace(tzinfo=UTC).astimezone(ZoneInfo("Asia/Tokyo")) + timedelta(hours=hours)
    assert session("XAUUSD", elsewhere) == session("XAUUSD", elsewhere.astimezone(UTC))


def test_every_symbol_has_a_calendar() -> None:
    assert {symbol.calendar for symbol in SYMBOLS.values()} <= set(CALENDARS)
    assert not CALENDARS["always"].closed
