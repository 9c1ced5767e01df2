"""Every endpoint under generated input, briefly; `make fuzz` takes its time."""

from tests.house.fuzz import fuzz


def test_generated_requests_are_answered_as_documented() -> None:
    outcome = fuzz(15, "--generation-deterministic")

    assert not outcome.failed, outcome.said
    assert outcome.cases > 1_000
