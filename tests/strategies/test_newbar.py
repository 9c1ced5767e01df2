from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.newbar import CANDLE_CHECK_WINDOW, NewBar, bar_open, is_new_candle

M15 = 900


def test_the_first_look_only_initialises() -> None:
    assert NewBar().look(0, 0) == "first"


@pytest.mark.parametrize(
    ("now", "look"),
    [
        (M15, "new"),
        (M15 + 60, "new"),
        (M15 + 60.5, "late"),
        (M15 - 60, "new"),
        (M15 - 61, "late"),
        (5000, "late"),
    ],
)
def test_a_bar_is_new_within_the_window_whichever_clock_is_ahead(now: float, look: str) -> None:
    bars = NewBar()
    bars.look(0, 10)
    assert bars.look(M15, now) == look
    assert bars.look(M15, now) == "same"


def test_a_bar_is_told_once_and_an_older_one_never() -> None:
    bars = NewBar()
    looks = [bars.look(opened, now) for opened, now in [(0, 0), (M15, M15), (M15, M15 + 10), (0, M15 + 20)]]
    assert looks == ["first", "new", "same", "same"]
    assert bars.opened == M15


def test_a_late_bar_does_not_hide_the_next() -> None:
    bars = NewBar()
    looks = [bars.look(opened, now) for opened, now in [(0, 0), (M15, M15 + 300), (2 * M15, 2 * M15 + 3)]]
    assert looks == ["first", "late", "new"]


def test_it_resumes_where_it_was() -> None:
    assert NewBar(opened=0).look(0, 5) == "same"
    assert NewBar(opened=0).look(M15, M15 + 5) == "new"
    assert NewBar(window=5, opened=0).look(M15, M15 + 6) == "late"


@given(st.lists(st.integers(0, 20 * M15), min_size=1, max_size=60))
def test_no_bar_is_told_twice(times: list[int]) -> None:
    bars = NewBar()
    told = [bar_open(now, M15) for now in times if bars.look(bar_open(now, M15), now) == "new"]
    assert len(told) == len(set(told))
    assert told == sorted(told)


@pytest.mark.parametrize(
    ("now", "expected"), [(0, True), (60, True), (61, False), (899.9, False), (900, True), (960.1, False)]
)
def test_is_new_candle_at_the_boundaries(now: float, expected: bool) -> None:
    assert is_new_candle(M15, now) is expected


def test_bars_open_on_the_grid() -> None:
    assert [bar_open(time, 3600) for time in (0, 3599.9, 3600)] == [0, 0, 3600]
    assert CANDLE_CHECK_WINDOW == 60
