"""k of n, against a model that goes through votes one by one; bounds and prices."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.problems import Invalid
from hub.identity.organisations.models import Belongs
from hub.trading.commands.models import Bounds
from hub.trading.quorum import rules
from hub.trading.quorum.models import PolicyIn, VoteRow
from hub.trading.quorum.rules import PriceMoved
from hub.trading.signals.models import Held

NOW = datetime(2026, 11, 30, tzinfo=UTC)
PEOPLE = [UUID(int=n) for n in range(1, 7)]


def cast(number: int, by: UUID, decision: Any, until: datetime | None = None) -> VoteRow:
    return VoteRow(UUID(int=1000 + number), UUID(int=1), UUID(int=2), by, decision, until, None, None, NOW)


CAST = st.tuples(
    st.sampled_from(PEOPLE),
    st.sampled_from(["approved", "approved", "rejected"]),
    st.sampled_from([None, NOW - timedelta(seconds=1), NOW, NOW + timedelta(seconds=1)]),
)
VOTES = st.lists(CAST, max_size=10).map(lambda all_: [cast(n, *each) for n, each in enumerate(all_)])


@given(VOTES, st.integers(1, 6), st.sets(st.sampled_from(PEOPLE)), st.randoms(use_true_random=False))
def test_votes_come_to_what_the_model_says(
    votes: list[VoteRow], needed: int, named: set[UUID], chance: Any
) -> None:
    heard: set[UUID] = set()
    approvals, rejected = 0, False
    for vote in votes:
        if vote.approver_id not in named or vote.approver_id in heard:
            continue
        heard.add(vote.approver_id)
        if vote.decision == "rejected":
            rejected = True
        elif vote.valid_until is None or vote.valid_until > NOW:
            approvals += 1
    expected = "rejected" if rejected else "approved" if approvals >= needed else "open"
    shuffled = votes[:]
    chance.shuffle(shuffled)
    counted = rules.count(shuffled, needed, named, NOW)
    assert (counted.outcome, len(counted.approvals)) == (expected, approvals)
    if counted.outcome == "approved":
        assert len({vote.approver_id for vote in counted.approvals}) >= needed


@given(VOTES, st.integers(1, 6), st.sampled_from(PEOPLE))
def test_one_more_rejection_always_rejects_and_one_more_approval_never_undoes(
    votes: list[VoteRow], needed: int, somebody: UUID
) -> None:
    before = rules.count(votes, needed, PEOPLE, NOW).outcome
    if somebody in {vote.approver_id for vote in votes}:
        return
    assert rules.count([*votes, cast(99, somebody, "rejected")], needed, PEOPLE, NOW).outcome == "rejected"
    after = rules.count([*votes, cast(99, somebody, "approved")], needed, PEOPLE, NOW).outcome
    assert after == before or (before, after) == ("open", "approved")


BOUND = st.builds(
    Bounds,
    st.none() | st.datetimes(NOW.replace(tzinfo=None), timezones=st.just(UTC)),
    st.none() | st.integers(0, 1_000_000),
    st.none() | st.integers(0, 1_000_000),
)


@given(st.lists(BOUND, min_size=1, max_size=6))
def test_together_is_within_what_each_agreed_to(bounds: list[Bounds]) -> None:
    tightest = rules.together(bounds)
    for name in Bounds.__struct_fields__:
        given_ = [value for each in bounds if (value := getattr(each, name)) is not None]
        assert getattr(tightest, name) == (min(given_) if given_ else None)


def signal(side: Any, order_type: Any, entry: str = "2000.00") -> Held:
    return Held(
        UUID(int=1), "p", "XAUUSD", side, NOW, "v", "open", order_type, Decimal(entry), Decimal("1990"),
        Decimal("2030"), NOW, "s", "x", {}, NOW, None, None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("side", "order_type", "close", "points"),
    [
        ("buy", "limit", "2010.00", 0),
        ("buy", "limit", "1999.50", 50),
        ("sell", "limit", "1990.00", 0),
        ("sell", "limit", "2000.50", 50),
        ("buy", "stop", "1999.50", 0),
        ("buy", "stop", "2000.50", 50),
        ("sell", "stop", "2000.50", 0),
        ("sell", "stop", "1999.50", 50),
        ("buy", "market", "2000.50", 50),
        ("buy", "market", "1999.50", 50),
        ("sell", "market", "2000.00", 0),
    ],
)
def test_drift_is_what_the_market_has_passed(side: str, order_type: str, close: str, points: int) -> None:
    assert rules.drift_points(signal(side, order_type), Decimal(close)) == points
    rules.check_price(signal(side, order_type), Decimal(close), Bounds(max_drift_points=points))
    if points:
        with pytest.raises(PriceMoved):
            rules.check_price(signal(side, order_type), Decimal(close), Bounds(max_drift_points=points - 1))


def test_without_a_price_or_a_bound_nothing_is_refused() -> None:
    rules.check_price(signal("buy", "market"), None, Bounds(max_drift_points=0))
    rules.check_price(signal("buy", "market"), Decimal(1), Bounds())


@pytest.mark.parametrize(
    ("needed", "approvers", "pointer"),
    [
        (3, PEOPLE[:2], "/needed"),
        (1, [PEOPLE[0], PEOPLE[0]], "/approvers"),
        (1, [PEOPLE[0], PEOPLE[4]], "/approvers/1"),
        (1, [PEOPLE[5]], "/approvers/0"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(needed: int, approvers: list[UUID], pointer: str) -> None:
    there = {each: Belongs(each, "member", NOW) for each in PEOPLE[:4]}
    there[PEOPLE[4]] = Belongs(PEOPLE[4], "viewer", NOW)
    with pytest.raises(Invalid) as refused:
        rules.check(PolicyIn(needed, approvers), there)
    assert [each.pointer for each in refused.value.errors] == [pointer]
    rules.check(PolicyIn(1, PEOPLE[:4]), there)
