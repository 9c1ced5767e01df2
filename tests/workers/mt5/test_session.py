"""A session is made, kept, made anew, and given up for a while; nothing tells a password."""

import asyncio
import logging

import pytest
import structlog
from prometheus_client import REGISTRY

from hub.core.secrets import BadSecret, MissingSecret
from tests.workers.mt5.markets import Market
from tests.workers.mt5.worst import secrets
from workers.mt5.errors import MT5AuthError, MT5Disconnected, MT5InitError
from workers.mt5.session import SessionManager
from workers.mt5.settings import Mt5Settings
from workers.mt5.simulated import CALM, Mood, SimulatedDriver

PASSWORD = "correct horse"
GONE = Mood(no_login=1.0)


@pytest.fixture
def market():
    made = Market()
    made.driver = SimulatedDriver(made.broker, made.clock, password=PASSWORD)
    made.gateway._driver = made.driver
    yield made
    made.gateway.close()


def manager(market, **given):
    given = {"MT5_PASSWORD": PASSWORD} | given
    settings = Mt5Settings(max_failures=5, backoff_seconds=300)
    return SessionManager(market.gateway, secrets(**given), settings, clock=market.clock)


def count(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0


async def test_the_context_logs_in_and_out(market):
    before = count("mt5_connect_total", result="ok")
    async with manager(market) as session:
        market.clock.sleep(30)
        assert await session.probe() is None
        assert count("mt5_uptime_seconds", account="main") == session.uptime >= 30
        assert market.driver._up
    assert not market.driver._up
    assert count("mt5_connect_total", result="ok") == before + 1
    assert (count("mt5_uptime_seconds", account="main"), session.uptime) == (0, 0)


async def test_a_body_that_raises_logs_out_too(market):
    with pytest.raises(ZeroDivisionError):
        async with manager(market):
            raise ZeroDivisionError
    assert not market.driver._up


@pytest.mark.parametrize("loss", ["cut", "offline"])
async def test_a_lost_session_is_made_anew(market, loss):
    before = count("mt5_reconnects_total")
    session = manager(market)
    await session.ensure_connected()
    assert count("mt5_reconnects_total") == before
    if loss == "cut":
        market.driver._up = False
    else:
        market.driver._offline = True
    assert await session.probe() is not None
    await session.ensure_connected()
    assert await session.probe() is None
    assert count("mt5_reconnects_total") == before + 1


async def test_two_who_need_a_session_make_one(market):
    before = count("mt5_connect_total", result="ok")
    session = manager(market)
    await asyncio.gather(*[session.ensure_connected() for _ in range(5)])
    assert count("mt5_connect_total", result="ok") == before + 1


async def test_after_five_failures_nothing_is_tried_for_five_minutes(market):
    session, driver = manager(market), market.driver
    driver.mood = GONE
    for _ in range(5):
        with pytest.raises(MT5InitError):
            await session.ensure_connected()
    tried = driver.done["no_login"]
    with pytest.raises(MT5Disconnected, match="5 failures in a row; next attempt in 300 s"):
        await session.ensure_connected()
    assert driver.done["no_login"] == tried
    assert "next attempt in 300 s" in (await session.probe() or "")
    market.clock.sleep(301)
    with pytest.raises(MT5InitError):
        await session.ensure_connected()
    market.clock.sleep(301)
    with pytest.raises(MT5Disconnected, match="6 failures"):  # it waits twice as long now
        await session.ensure_connected()
    assert driver.done["no_login"] == tried + 1
    market.clock.sleep(300)
    driver.mood = CALM
    await session.ensure_connected()
    driver.mood, driver._up = GONE, False
    with pytest.raises(MT5InitError):  # the count began anew
        await session.ensure_connected()


async def test_each_kind_of_failure_is_counted(market):
    results = ("auth_failed", "init_failed", "disconnected", "circuit_open")
    before = {each: count("mt5_connect_total", result=each) for each in results}
    with pytest.raises(MT5AuthError):
        await manager(market, MT5_PASSWORD="wrong").ensure_connected()
    market.driver.mood = GONE
    with pytest.raises(MT5InitError):
        await manager(market).ensure_connected()
    market.driver.mood = Mood(latency=(61.0, 61.0))
    with pytest.raises(MT5Disconnected):
        await manager(market).ensure_connected()
    after = {each: count("mt5_connect_total", result=each) - before[each] for each in results}
    assert after == {"auth_failed": 1, "init_failed": 1, "disconnected": 1, "circuit_open": 0}


@pytest.fixture
def logs():
    """What is logged, at every level."""
    kept = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    with structlog.testing.capture_logs() as found:
        yield found
    structlog.configure(**kept)


async def test_nothing_told_holds_a_credential(market, logs):
    session = manager(market, MT5_PASSWORD="wrong horse", MT5_LOGIN="4711")
    with pytest.raises(MT5AuthError) as raised:
        await session.ensure_connected()
    await manager(market).ensure_connected()
    told = repr(logs) + repr(raised.value) + repr(await session._credentials())
    assert logs
    for word in ("horse", "4711", "Simulated"):
        assert word not in told


async def test_a_new_password_needs_no_restart(market):
    session = manager(market, MT5_PASSWORD="old")
    with pytest.raises(MT5AuthError):
        await session.ensure_connected()
    session._secrets._provider.values["MT5_PASSWORD"] = PASSWORD
    session._secrets._read_at = float("-inf")
    await session.ensure_connected()


@pytest.mark.parametrize(
    ("given", "error"),
    [({"MT5_LOGIN": "me"}, BadSecret), ({"MT5_SERVER": ""}, MissingSecret)],
)
async def test_credentials_that_cannot_be_used_are_named(market, given, error):
    with pytest.raises(error, match=next(iter(given))):
        await manager(market, **given).ensure_connected()
