"""kill -9 at any moment loses nothing and doubles nothing; without the unique key the same test fails."""

import pytest

from tests.chaos.crashes import Crashes

KILLS, BARS = 24, 30_000


@pytest.mark.chaos
def test_killing_hub_relay_and_trader_loses_and_doubles_nothing() -> None:
    outcome = Crashes(bars=BARS, kills=KILLS, seed=1).run()

    assert sum(outcome.kills.values()) == KILLS, outcome.kills
    assert all(outcome.kills.values()), outcome.kills
    assert outcome.queued == outcome.expected
    assert outcome.found.stored == len(outcome.expected)
    assert outcome.found.approved > 100
    assert not any(outcome.found.lost.values()), outcome.found.lost
    assert not any(outcome.found.doubled.values()), outcome.found.doubled
    assert outcome.gaps == 0


@pytest.mark.chaos
def test_without_the_unique_key_the_same_crashes_double_signals() -> None:
    outcome = Crashes(bars=BARS, kills=200, seed=1).run(protection=False)

    assert outcome.found.doubled["stored twice"] > 0, outcome.kills
