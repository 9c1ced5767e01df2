"""Properties of what is a quote, and of where ticks are missing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.market.candles.rules import Span
from hub.market.quotes import rules
from hub.market.quotes.models import Quote
from hub.market.quotes.rules import BadTicks
from tests.market.ticks import tick

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ZONE = "America/New_York"

prices = st.decimals(allow_nan=True, allow_infinity=True) | st.decimals("0.00001", "100000", places=5)
times = st.datetimes(timezones=st.just(UTC)) | st.integers(-100, 100).map(
    lambda s: NOW + timedelta(seconds=s)
)


@given(prices, prices, times, st.integers(0, 60))
def test_what_is_taken_is_a_market_s_quote_of_the_past(
    bid: Decimal, ask: Decimal, at: datetime, skew: int
) -> None:
    slack = timedelta(seconds=skew)
    if rules.fault(Quote(at, bid, ask, "XAUUSD", "x"), NOW, slack) is None:
        assert bid.is_finite() and ask.is_finite() and 0 < bid <= ask
        assert at <= NOW + slack


sound = st.tuples(
    st.decimals("0.00001", "999999", places=5), st.decimals("0", "999", places=5), st.integers(0, 10**8)
)


def sound_quote(given: tuple[Decimal, Decimal, int], symbol: str) -> Quote:
    bid, spread, seconds = given
    return Quote(NOW - timedelta(seconds=seconds), bid, bid + spread, symbol, "x")


@given(sound, st.from_regex(r"[A-Z0-9.]{3,20}", fullmatch=True))
def test_a_market_s_quote_of_the_past_is_taken(given: tuple[Decimal, Decimal, int], symbol: str) -> None:
    assert rules.fault(sound_quote(given, symbol), NOW, timedelta(0)) is None


@given(sound, st.text(st.characters(codec="ascii", exclude_categories=("Lu", "Nd"), exclude_characters=".")))
def test_what_has_no_name_of_a_symbol_is_not(given: tuple[Decimal, Decimal, int], symbol: str) -> None:
    assert rules.fault(sound_quote(given, symbol), NOW, timedelta(0)) == "symbol"


seconds_of_an_hour = st.lists(st.integers(0, 3_599), max_size=60).map(sorted)


@given(seconds_of_an_hour, st.integers(1, 900))
def test_holes_are_where_nothing_was_quoted_for_too_long(offsets: list[int], silence: int) -> None:
    """On a Wednesday, when the market of every currency is open."""
    span, longest = Span(NOW, NOW + timedelta(hours=1)), timedelta(seconds=silence)
    known = [NOW + timedelta(seconds=each) for each in offsets]
    found = rules.holes("T1", span, known, longest, ZONE)
    for hole in found:
        assert span.start <= hole.start < hole.end <= span.end
        assert hole.end - hole.start > longest
        assert not any(hole.start < at < hole.end for at in known)
    fill = [hole.start + n * longest for hole in found for n in range((hole.end - hole.start) // longest + 1)]
    assert rules.holes("T1", span, sorted([*known, *fill]), longest, ZONE) == []


def test_a_closed_market_is_no_hole() -> None:
    """Gold: Friday 17:00 to Sunday 17:00 in New York, and an hour each evening."""
    friday = datetime(2026, 11, 27, 21, 30, tzinfo=UTC)
    [hole] = rules.holes("XAUUSD", Span(friday, friday + timedelta(hours=20)), [], MINUTE, ZONE)
    assert (hole.start, hole.end) == (friday, datetime(2026, 11, 27, 22, tzinfo=UTC))
    evening = datetime(2026, 11, 25, 21, 59, 30, tzinfo=UTC)
    parts = rules.opened("XAUUSD", Span(evening, evening + timedelta(hours=2)), ZONE)
    assert [(part.start.hour, part.end.hour) for part in parts] == [(21, 22), (23, 23)]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (NOW, NOW),
        (NOW, NOW - MINUTE),
        (NOW, NOW + timedelta(days=1, seconds=1)),
        (NOW.replace(tzinfo=None), NOW),
        (NOW, (NOW + MINUTE).replace(tzinfo=None)),
    ],
)
def test_what_is_no_window_is_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(ValueError, match="ticks"):
        rules.window(start, end)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (tick(NOW, "NaN"), "price"),
        (tick(NOW, "2001"), "crossed"),
        (tick(NOW.replace(tzinfo=None)), "not UTC"),
        (tick(NOW + MINUTE), "nobody asked"),
        (tick(NOW - MINUTE), "nobody asked"),
        (tick(NOW), "comes after"),
    ],
)
def test_what_is_no_series_is_refused(bad: object, why: str) -> None:
    with pytest.raises(BadTicks, match=why):
        rules.check([tick(NOW + MINUTE / 2), bad], Span(NOW, NOW + MINUTE))  # type: ignore[list-item]
