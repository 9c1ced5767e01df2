"""What comes next for a closure."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.ids import uuid7
from hub.trading.closing import rules
from hub.trading.closing.models import Due

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WARNED = Due(
    uuid7(), uuid7(), "7", uuid7(), "drawdown", "warned", NOW + 10 * SECOND, None, 0, NOW + 10 * SECOND,
    None, Decimal(1), None, NOW,
)  # fmt: skip
SENT = msgspec.structs.replace(WARNED, state="sent", attempts=1, command_id=uuid7(), next_at=NOW + 5 * SECOND)


@pytest.mark.parametrize(
    ("due", "after", "step"),
    [
        (WARNED, 0, "wait"),
        (WARNED, 9.999, "wait"),
        (WARNED, 10, "send"),
        (msgspec.structs.replace(WARNED, gone_at=NOW), 0, "done"),
        (SENT, 4.9, "wait"),
        (SENT, 5, "send"),
        (msgspec.structs.replace(SENT, said="placed"), 1, "wait"),
        (msgspec.structs.replace(SENT, said="closed"), 1, "wait"),
        (msgspec.structs.replace(SENT, said="closed"), 5, "send"),
        (msgspec.structs.replace(SENT, said="closed", gone_at=NOW), 0, "done"),
        (msgspec.structs.replace(SENT, said="failed"), 0, "send"),
        (msgspec.structs.replace(SENT, said="refused"), 0, "send"),
        (msgspec.structs.replace(SENT, said="unknown"), 0, "send"),
        (msgspec.structs.replace(SENT, said="failed", attempts=rules.STUCK), 1.9, "wait"),
        (msgspec.structs.replace(SENT, said="failed", attempts=rules.STUCK), 2, "send"),
        (msgspec.structs.replace(SENT, said="failed", attempts=rules.PRESSING - 1), 2, "send"),
        (msgspec.structs.replace(SENT, said="failed", attempts=rules.PRESSING), 2, "wait"),
        (msgspec.structs.replace(SENT, said="failed", attempts=rules.PRESSING), 5, "send"),
        (msgspec.structs.replace(SENT, said="closed", attempts=rules.STUCK), 2, "wait"),
    ],
)
def test_the_next_step(due: Due, after: float, step: str) -> None:
    assert rules.step(due, NOW + timedelta(seconds=after)) == step


@given(st.integers(1, 10**6))
def test_it_is_never_given_up_and_never_left_alone_for_more_than_a_minute(attempts: int) -> None:
    wait = rules.answer_by(attempts, NOW) - NOW
    assert rules.ANSWER <= wait <= timedelta(seconds=60)
    assert rules.answer_by(attempts + 1, NOW) - NOW >= wait
