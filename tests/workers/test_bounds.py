"""The bounds of a consent against a quote."""

from datetime import UTC, datetime, timedelta

import pytest
from caerus_client.models import AccountName, Bounds, OpenCommand

from tests.workers.commands import GOLD, buy
from workers.simulator.bounds import broken_bound, ends_at, other_account, working_price
from workers.simulator.terminal import Quote

LATER = datetime(2026, 11, 22, 10, tzinfo=UTC)


def command(**changed):
    times = {"issued_at": "2026-11-22T09:00:00Z", "expires_at": "2026-11-22T12:00:00Z"}
    kept = {name: value for name, value in buy(**times, **changed).items() if name != "kind"}
    return OpenCommand(command_id="c", **kept)


@pytest.mark.parametrize(
    ("changes", "bounds", "said"),
    [
        ({}, {}, None),
        ({}, {"valid_until": "2026-11-22T10:00:01Z"}, None),
        ({}, {"valid_until": "2026-11-22T10:00:00Z"}, "valid_until"),
        ({}, {"max_spread_points": 20.0}, None),
        ({}, {"max_spread_points": 19.0}, "max_spread_points: 20.0 points against 19"),
        ({}, {"max_drift_points": 0.0}, None),
        ({"entry": "2000.50"}, {"max_drift_points": 40.0}, None),
        ({"entry": "2000.50"}, {"max_drift_points": 39.0}, "max_drift_points: 40.0 points against 39"),
        ({"side": "sell", "entry": "1999.80"}, {"max_drift_points": 30.0}, None),
        ({"side": "sell", "entry": "1999.80"}, {"max_drift_points": 29.0}, "max_drift_points"),
        ({"order_type": "market", "entry": "2000.00"}, {"max_drift_points": 20.0}, None),
        ({"order_type": "market", "entry": "1999.99"}, {"max_drift_points": 20.0}, "max_drift_points"),
        ({"order_type": "stop", "entry": "2005.00"}, {"max_drift_points": 0.0}, None),
        ({"order_type": "stop", "entry": "1999.20"}, {"max_drift_points": 99.0}, "max_drift_points"),
    ],
)
def test_bounds(changes, bounds, said):
    asked = command(**changes, bounds=Bounds(**bounds))
    broken = broken_bound(asked, Quote(2000.0, 2000.2), GOLD, LATER)
    assert broken is None if said is None else broken is not None and broken.startswith(said)


def test_an_expired_signal_is_out_of_bounds_without_any():
    asked = command()
    assert broken_bound(asked, Quote(1.0, 1.0), GOLD, LATER + timedelta(hours=1)) is None
    assert broken_bound(asked, Quote(1.0, 1.0), GOLD, LATER + timedelta(hours=2)).startswith("expires_at")


@pytest.mark.parametrize(
    ("bounds", "ends"),
    [
        (None, "2026-11-22T12:00:00Z"),
        (Bounds(), "2026-11-22T12:00:00Z"),
        (Bounds(valid_until="2026-11-22T10:30:00Z"), "2026-11-22T10:30:00Z"),
        (Bounds(valid_until="2026-11-22T13:00:00Z"), "2026-11-22T12:00:00Z"),
    ],
)
def test_an_order_waits_no_longer_than_signal_and_consent(bounds, ends):
    assert ends_at(command(bounds=bounds)) == datetime.fromisoformat(ends)


ONE, OTHER = AccountName(server="Broker-Live", login="4711"), AccountName(server="Broker-Live", login="4712")


@pytest.mark.parametrize(
    ("accounts", "server", "login", "may"),
    [
        (None, "Broker-Live", "4711", True),
        ((), "Broker-Live", "4711", True),
        ((ONE,), "broker-LIVE", "4711", True),
        ((OTHER, ONE), "Broker-Live", "4711", True),
        ((OTHER,), "Broker-Live", "4711", False),
        ((ONE,), "Broker-Demo", "4711", False),
        ((ONE,), "Broker-Live", "04711", False),
        ((ONE,), "", "", False),
    ],
)
def test_an_order_goes_to_one_of_the_accounts_it_names(accounts, server, login, may):
    why = other_account(command(accounts=accounts), server, login)
    assert (why is None) == may
    assert may or why.startswith("account: the terminal is logged in to ")


def test_a_limit_the_market_has_reached_works_ten_points_away():
    assert working_price(command(entry="2000.50"), Quote(2000.0, 2000.2), GOLD) == 2000.1
    assert working_price(command(entry="1990.00"), Quote(2000.0, 2000.2), GOLD) == 1990.0
