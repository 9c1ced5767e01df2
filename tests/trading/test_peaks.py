"""Peak and drawdown over random deposits, withdrawals and closes, against a model that keeps every look."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from hub.trading.positions import peaks
from hub.trading.positions.models import Flow, Mark

START = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
MINOR = st.integers(-2_000_000, 2_000_000)
STEPS = st.lists(st.tuples(MINOR, MINOR, st.integers(1, 300)), min_size=1, max_size=25)
Seen = tuple[datetime, int, int]
"""When, equity, and what was paid in and out before it since the look before."""


def looks(steps: list[tuple[int, int, int]]) -> list[Seen]:
    """Each step wins or loses something, pays something in or out, and is looked at some minutes later."""
    at, equity, seen = START, 1_000_000, []
    for paid, won, minutes in steps:
        at, equity = at + timedelta(minutes=minutes), equity + won
        paid = max(paid, -max(equity, 0))
        equity += paid
        seen.append((at, equity, paid))
    return seen


def flows(seen: list[Seen]) -> list[Flow]:
    """What was paid before each look, with what it left."""
    return [Flow(paid, peaks.shares([paid], equity)[0]) for _, equity, paid in seen]


def played(seen: list[Seen]) -> Mark:
    mark = peaks.begin(seen[0][1], seen[0][0])
    for (at, equity, _), flow in zip(seen[1:], flows(seen)[1:], strict=True):
        mark = peaks.onward(mark, [flow], equity, at)
    return mark


def worths(seen: list[Seen]) -> list[Fraction]:
    """Every look as it would be worth now: a deposit adds, a withdrawal takes its share of what was there."""
    found = []
    for number, (_, equity, _) in enumerate(seen):
        worth = Fraction(equity)
        for _, after, paid in seen[number + 1 :]:
            before = after - paid
            shared = paid < 0 < before and worth > 0
            worth = worth * Fraction(max(after, 0), before) if shared else worth + paid
        found.append(worth)
    return found


@given(STEPS)
def test_the_peak_is_the_highest_ever_as_it_would_be_worth_now(steps: list[tuple[int, int, int]]) -> None:
    seen = looks(steps)
    mark, worth = played(seen), worths(seen)
    today = [w for (at, _, _), w in zip(seen, worth, strict=True) if at.date() == seen[-1][0].date()]
    # Each withdrawal may round a minor unit away, and what is below a unit already counts as money.
    assert abs(mark.peak_equity - max(worth)) <= len(seen)
    assert abs(mark.day_equity - today[0]) <= len(seen)
    assert mark.peak_equity >= seen[-1][1]


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_withdrawal_leaves_the_drawdown_in_percent_and_a_deposit_in_money(
    equity: int, below: int, paid: int
) -> None:
    peak = equity + below
    before = Mark(peak, peak, START.date(), START)

    taken = min(paid, equity - 1)
    left = equity - taken
    after = peaks.onward(before, [Flow(-taken, peaks.shares([-taken], left)[0])], left, START)
    assert abs(Fraction(after.peak_equity) - Fraction(peak * left, equity)) <= 1 + Fraction(peak, 10**9)

    grown = peaks.onward(before, [Flow(paid, None)], equity + paid, START)
    assert grown.peak_equity - (equity + paid) == below


@given(STEPS, st.randoms(use_true_random=False))
def test_looks_in_any_order_leave_the_same_mark(steps: list[tuple[int, int, int]], rng: Random) -> None:
    """Once it is known what each withdrawal left."""
    seen = looks(steps)
    of, order = flows(seen), list(range(len(seen)))
    rng.shuffle(order)
    newest, mark = order[0], peaks.begin(seen[order[0]][1], seen[order[0]][0])
    for number in [*order[1:], *order]:
        at, equity, _ = seen[number]
        if number > newest:
            mark = peaks.onward(mark, of[newest + 1 : number + 1], equity, at)
            newest = number
        else:
            mark = peaks.late(mark, of[number + 1 : newest + 1], equity, at)
    assert mark == played(seen)


def test_two_withdrawals_at_once_share_as_two_in_turn() -> None:
    """100 is at 80; 40 and 20 are taken, of 80 and of 40; the account is still 20 % below."""
    assert peaks.shares([-4000, -2000], 2000) == [500_000_000, 500_000_000]
    mark = peaks.onward(Mark(10_000, 10_000, START.date(), START), _taken([-4000, -2000], 2000), 2000, START)
    assert (mark.peak_equity, str(peaks.drawdown_percent(mark.peak_equity, 2000))) == (2500, "20.00")


def test_what_was_owed_or_is_emptied_has_no_share() -> None:
    assert peaks.shares([-10], -30) == [None]
    assert peaks.shares([-50], 0) == [0]
    assert peaks.shares([40, -90], -50) == [None, 0]


def _taken(amounts: list[int], equity: int) -> list[Flow]:
    return [Flow(*each) for each in zip(amounts, peaks.shares(amounts, equity), strict=True)]


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


def test_no_deal_is_booked_plainly_after_it_was_told() -> None:
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    for ahead, expected in ((-3600, -3600), (0, 0), (300, 300), (301, 0), (3 * 3600, 0)):
        assert peaks.booked(now + timedelta(seconds=ahead), now) == now + timedelta(seconds=expected)
