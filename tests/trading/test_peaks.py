"""Peak and drawdown over random deposits, withdrawals and closes, against a model that keeps every look."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.trading.positions import peaks
from hub.trading.positions.models import Mark

START = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
MINOR = st.integers(-2_000_000, 2_000_000)
STEPS = st.lists(st.tuples(MINOR, MINOR, st.integers(1, 300)), min_size=1, max_size=25)
Seen = tuple[datetime, int, int]
"""When, equity, and what was paid in and out before it since the look before."""


def looks(steps: list[tuple[int, int, int]]) -> list[Seen]:
    """Each step pays something in or out, wins or loses something, and is looked at some minutes later."""
    at, equity, seen = START, 1_000_000, []
    for paid, won, minutes in steps:
        at, equity = at + timedelta(minutes=minutes), equity + paid + won
        seen.append((at, equity, paid))
    return seen


def played(seen: list[Seen]) -> Mark:
    mark = peaks.begin(seen[0][1], seen[0][0])
    for at, equity, paid in seen[1:]:
        mark = peaks.onward(mark, paid, equity, at)
    return mark


def model(seen: list[Seen]) -> tuple[int, int]:
    """The peak and the day's first, from all looks at once: each counts with what was paid after it."""
    after = [sum(paid for _, _, paid in seen[number + 1 :]) for number in range(len(seen))]
    worth = [equity + paid for (_, equity, _), paid in zip(seen, after, strict=True)]
    today = [value for (at, _, _), value in zip(seen, worth, strict=True) if at.date() == seen[-1][0].date()]
    return max(worth), today[0]


@given(STEPS)
def test_the_peak_is_the_highest_ever_with_what_was_paid_since(steps: list[tuple[int, int, int]]) -> None:
    seen = looks(steps)
    mark = played(seen)
    assert (mark.peak_equity, mark.day_equity) == model(seen)
    assert mark.peak_equity >= seen[-1][1]


@given(STEPS)
def test_money_paid_in_or_out_is_neither_gain_nor_loss(steps: list[tuple[int, int, int]]) -> None:
    """Without trading the drawdown in money stays what it was, whatever is paid."""
    before, start = played(looks(steps)), looks(steps)[-1]
    at, equity, mark = start[0], start[1], before
    for paid, _, minutes in steps:
        at, equity = at + timedelta(minutes=minutes), equity + paid
        mark = peaks.onward(mark, paid, equity, at)
    assert mark.peak_equity - equity == before.peak_equity - start[1]


@given(STEPS, st.randoms(use_true_random=False))
def test_looks_in_any_order_leave_the_same_mark(steps: list[tuple[int, int, int]], rng: object) -> None:
    seen = looks(steps)
    order = list(range(len(seen)))
    rng.shuffle(order)  # type: ignore[attr-defined]
    newest, mark = order[0], peaks.begin(seen[order[0]][1], seen[order[0]][0])
    for number in [*order[1:], *order]:
        at, equity, _ = seen[number]
        if number > newest:
            paid = sum(paid for _, _, paid in seen[newest + 1 : number + 1])
            mark, newest = peaks.onward(mark, paid, equity, at), number
        else:
            paid = sum(paid for _, _, paid in seen[number + 1 : newest + 1])
            mark = peaks.late(mark, paid, equity, at)
    assert mark == played(seen)


def test_drawdown_is_of_a_peak_above_nothing() -> None:
    table = {
        (100, 80): "20.00",
        (100, 100): "0.00",
        (100, 0): "100.00",
        (100, -50): "150.00",
        (0, -5): "0.00",
    }
    assert {pair: str(peaks.drawdown_percent(*pair)) for pair in table} == table


def test_a_terminal_whose_clock_is_plainly_wrong_is_not_asked_for_the_time() -> None:
    assert peaks.moment(START + timedelta(hours=2), START) == START
    assert peaks.moment(START + timedelta(seconds=200), START) == START + timedelta(seconds=200)
