"""Settings are listed, and refused by name."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workers.mt5.breaker import MOST_DOUBLINGS, Breaker
from workers.mt5.settings import Mt5Settings


def test_every_setting_is_listed_with_its_default():
    listed = (Path(__file__).parents[3] / ".env.example").read_text()
    for name, field in Mt5Settings.model_fields.items():
        assert f"\nMT5_{name.upper()}={field.default}" in listed


def test_the_environment_is_read_and_checked(monkeypatch):
    monkeypatch.setenv("MT5_MAX_FAILURES", "3")
    assert Mt5Settings().max_failures == 3
    monkeypatch.setenv("MT5_MAX_FAILURES", "0")
    with pytest.raises(ValidationError, match="max_failures"):
        Mt5Settings()


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 1000)), max_size=60), st.integers(1, 6))
def test_a_breaker_is_open_only_after_so_many_failures_and_never_for_ever(events, most):
    breaker, now, row = Breaker(most, 300.0), 0.0, 0
    for fine, passed in events:
        now += passed
        if fine:
            breaker.succeeded()
        else:
            breaker.failed(now)
        row = 0 if fine else row + 1
        wait = breaker.wait(now)
        assert (wait > 0) == (row >= most)
        assert wait <= 300.0 * 2**MOST_DOUBLINGS
        assert breaker.wait(now + wait) == 0
