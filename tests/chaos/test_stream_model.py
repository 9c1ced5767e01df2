"""The model itself: what it accepts, and each kind of breach that it must see."""

from tests.chaos.stream_model import (
    CHANGED,
    DISORDER,
    DOUBLED,
    LEAKED,
    LOST,
    PARTIAL,
    Got,
    Place,
    Record,
    Stand,
    Told,
    Written,
    check_truth,
)

TRUTH = {n: Told(f"k{n}", "t", {"n": n}) for n in range(1, 6)}


def got(*offsets: int) -> list[Record]:
    return [Got(n, "t", {"n": n}) for n in offsets]


def kinds(*records: Record, entitled: bool = True) -> list[str]:
    place = Place("p", "signals", entitled=entitled)
    place.records += records
    return [breach.kind for breach in place.check(TRUTH)]


FRESH = Stand(2, recovered=False, epoch="e")


def test_everything_once_and_in_order_is_right() -> None:
    assert kinds(FRESH, *got(3, 4, 5)) == []
    assert kinds(FRESH, *got(3), Stand(3, recovered=True, epoch="e", since=3), *got(4, 5)) == []
    loaded = Stand(4, recovered=False, epoch="e", since=2, snapshot=frozenset({"k3", "k4"}))
    assert kinds(FRESH, loaded, *got(5)) == []
    assert kinds(entitled=False) == []


def test_each_breach_is_seen() -> None:
    assert kinds(FRESH, *got(3, 4)) == [LOST]
    assert kinds(FRESH, *got(3, 5)) == [LOST]
    assert kinds(FRESH, *got(3, 4, 4, 5)) == [DOUBLED]
    assert DOUBLED in kinds(FRESH, *got(4, 3, 5))
    assert kinds(FRESH, *got(3), Got(4, "t", {"n": 0}), *got(5)) == [CHANGED]
    assert kinds(FRESH, *got(3, 4, 5, 6)) == [CHANGED]
    assert kinds(*got(3, 4, 5)) == [DISORDER] * 3
    assert kinds(FRESH, entitled=False) == [LEAKED]
    assert kinds(*got(1), entitled=False) == [LEAKED]


def test_what_a_resumption_may_not_do() -> None:
    other = Stand(3, recovered=True, epoch="other", since=3)
    assert kinds(FRESH, *got(3), other, *got(4, 5)) == [DISORDER]
    assert kinds(FRESH, Stand(4, recovered=True, epoch="e", since=2), *got(5)) == [PARTIAL, LOST]
    half = Stand(4, recovered=False, epoch="e", since=2, snapshot=frozenset({"k4"}))
    assert kinds(FRESH, half, *got(5)) == [LOST]
    assert kinds(FRESH, Stand(4, recovered=False, epoch="e"), *got(5)) == [LOST, LOST]
    assert DISORDER in kinds(FRESH, *got(3), Stand(1, recovered=False, epoch="e"), *got(2, 3, 4, 5))


def rows(*numbers: int) -> list[Written]:
    return [Written(f"k{n}", "signals", "w", n) for n in numbers]


def of_outbox(truth: dict[int, Told], *numbers: int) -> list[str]:
    known = {row.key for row in rows(*numbers)}
    return [breach.kind for breach in check_truth("signals", truth, rows(*numbers), known)]


def test_the_outbox_tells_of_each_committed_row_once_and_of_nothing_else() -> None:
    assert of_outbox(TRUTH, 1, 2, 3, 4, 5) == []
    assert of_outbox(TRUTH, 1, 2, 3, 4, 5, 6) == [LOST]
    assert of_outbox(TRUTH, 1, 2, 3, 4) == [CHANGED]
    assert of_outbox(TRUTH | {6: TRUTH[5]}, 1, 2, 3, 4, 5) == [DOUBLED]
    assert of_outbox(TRUTH | {1: TRUTH[2], 2: TRUTH[1]}, 1, 2, 3, 4, 5) == [DISORDER]
