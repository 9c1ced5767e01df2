"""Settings are listed, and refused by name."""

from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.core.settings import AppSettings, Settings
from tests.workers.mt5 import markets
from tests.workers.mt5.worst import secrets
from workers.mt5.breaker import MOST_DOUBLINGS, Breaker
from workers.mt5.run import _desk
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


@pytest.mark.parametrize(
    ("given", "names"), [("", [""]), ("real", ["real"]), ("real, demo,real", ["real", "demo"])]
)
def test_accounts_are_named_once(given, names):
    assert Mt5Settings(accounts=given).names == names


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("", []),
        ("XAUUSD", ["XAUUSD"]),
        ("XAUUSD, EURUSD.r,XAUUSD", ["XAUUSD", "EURUSD.r"]),
        ("#Apple", ["#Apple"]),
    ],
)
def test_symbols_are_quoted_once(given, names):
    assert Mt5Settings(quotes=given).quoted == names


@pytest.mark.parametrize("given", ["a,,b", "a b", ", a", ",".join("abcdefghijklmnopqrstu")])
def test_what_is_no_list_of_symbols_is_refused(given):
    with pytest.raises(ValidationError, match="quotes"):
        Mt5Settings(quotes=given)


@pytest.mark.parametrize("given", ["Real", "1st", "a,,b", "a b", "a;b", "a/../b", "a" * 17])
def test_names_that_make_no_secret_s_name_are_refused(given):
    with pytest.raises(ValidationError, match="accounts"):
        Mt5Settings(accounts=given)


async def test_orders_settle_as_long_as_is_set(tmp_path):
    settings = Settings(app=AppSettings(CAERUS_HOME=tmp_path))
    mt5 = Mt5Settings(settle_seconds=7)
    async with AsyncExitStack() as stack:
        market = stack.enter_context(markets.market())
        desk = await _desk("", settings, mt5, secrets(), None, lambda _: market.driver, stack)
        assert desk._sender._settle == timedelta(seconds=7)
