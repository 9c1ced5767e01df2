"""What the environment says of a trader, as the trader has it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from caerus_client.retry import RetryPolicy
from caerus_client.spool import Spool

from hub.core.settings import TradingSettings
from strategies.hours import spans
from tests.workers.traders import GOLD, trader
from workers.trader.environment import config, retry


def trading(**given) -> TradingSettings:
    return TradingSettings(**given)


def test_hours_reach_the_configuration():
    made = config(trading(DEFAULT_MARKET_TZ="Europe/London", TRADING_BLOCKLIST_WINDOWS="06:00-12:00"), GOLD)
    assert (made.symbol, made.zone, made.blocked) == (GOLD, "Europe/London", spans("06:00-12:00"))
    assert made.keep_hours


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London"])
async def test_nothing_is_entered_in_a_blocked_hour_of_that_zone(tmp_path, bars, zone):
    made = config(trading(DEFAULT_MARKET_TZ=zone, TRADING_BLOCKLIST_WINDOWS="06:00-12:00"), GOLD)
    hours = set()
    with Spool(tmp_path / "s.db") as spool:
        one = trader(spool, made)
        for bar in bars:
            step = await one.step(bar)
            if step.items:
                hours.add(datetime.fromtimestamp(bar.time + 3600, ZoneInfo(zone)).hour)
    assert not hours & set(range(6, 12))
    assert len(hours) > 8


@pytest.mark.parametrize(
    ("given", "policy"),
    [
        ({}, RetryPolicy(max_retries=5, delay=5.0, cap=60.0)),
        ({"MAX_RETRIES": 0, "RETRY_DELAY_SECONDS": 0.5}, RetryPolicy(max_retries=0, delay=0.5, cap=60.0)),
        ({"RETRY_DELAY_SECONDS": 120}, RetryPolicy(max_retries=5, delay=120.0, cap=120.0)),
    ],
)
def test_retries_are_the_environment_s(given, policy):
    assert retry(trading(**given)) == policy
