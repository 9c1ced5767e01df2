"""When the candle of a closed bar is late."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.hours import session
from strategies.symbols import symbol
from workers.trader.timing import HOUR, BarTiming

GOLD = symbol("XAUUSD")
WINDOW = timedelta(seconds=60)
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)
FRIDAY_LAST = datetime(2026, 11, 27, 21, tzinfo=UTC)
"""16:00 in New York: the market closes at the end of this bar."""


def live(bar: datetime) -> BarTiming:
    """A feed whose newest bar came in time."""
    timing = BarTiming(GOLD, WINDOW)
    timing.saw(int(bar.timestamp()), bar + HOUR + timedelta(seconds=5))
    return timing


def test_a_bar_is_late_once_its_window_is_over_and_no_sooner():
    timing = live(TUESDAY)
    due = TUESDAY + 2 * HOUR + WINDOW
    assert not timing.late(due)
    assert timing.late(due + timedelta(seconds=1))
    timing.saw(int((TUESDAY + HOUR).timestamp()), due + timedelta(seconds=90))
    assert not timing.late(due + timedelta(seconds=90))
    assert timing.late(due + HOUR + timedelta(seconds=1)), "one that came late leaves the feed live"


def test_a_file_of_old_bars_is_never_late():
    timing = BarTiming(GOLD, WINDOW)
    for hour in range(10):
        timing.saw(int((TUESDAY + hour * HOUR).timestamp()), TUESDAY + timedelta(days=400, seconds=hour))
        assert not timing.late(TUESDAY + timedelta(days=800))
    assert not BarTiming(GOLD, WINDOW).late(TUESDAY)


def test_nothing_is_late_over_the_weekend_and_the_first_bar_after_it_is():
    timing = live(FRIDAY_LAST)
    opens = datetime(2026, 11, 29, 23, tzinfo=UTC)  # Sunday 18:00: gold may be entered again
    assert not timing.late(opens + HOUR + WINDOW)
    assert timing.late(opens + HOUR + WINDOW + timedelta(seconds=1))


def test_nothing_is_late_in_the_daily_break():
    timing = live(datetime(2026, 11, 24, 21, tzinfo=UTC))  # the bar until 17:00 in New York
    assert not timing.late(datetime(2026, 11, 25, 0, 1, tzinfo=UTC))
    assert timing.late(datetime(2026, 11, 25, 0, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(("seconds", "late"), [(70, True), (71, False)])
def test_a_bar_seen_within_the_slack_was_on_time(seconds, late):
    """A heartbeat looks every ten seconds, so what it sees may have come ten seconds before."""
    timing = BarTiming(GOLD, WINDOW)
    timing.saw(int(TUESDAY.timestamp()), TUESDAY + HOUR + timedelta(seconds=seconds), timedelta(seconds=10))
    assert timing.late(TUESDAY + timedelta(hours=9)) is late


@given(st.integers(0, 24 * 7), st.integers(0, 3600 * 24 * 9))
def test_it_is_late_exactly_when_a_bar_of_an_open_market_is_missing(start, seconds):
    bar = TUESDAY + start * HOUR
    now = bar + HOUR + timedelta(seconds=5 + seconds)
    between = (bar + n * HOUR for n in range(1, 24 * 10))
    missing = [each for each in between if each + HOUR + WINDOW < now and session(GOLD, each) == "open"]
    assert live(bar).late(now) is bool(missing)
