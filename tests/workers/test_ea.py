"""The EA: consent bounds, one execution for each command, acknowledgements, and kill -9."""

import asyncio
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from caerus_client.device import DeviceClient
from caerus_client.errors import ApiProblem
from caerus_client.ledger import Ledger
from caerus_client.models import Bounds, OpenCommand

from strategies.symbols import symbol
from tests.client.fakehub import DEVICE, DEVICE_SECRET_SHOWN, until
from tests.workers.test_terminal import bar, order
from workers.simulator import Ea, Terminal, run
from workers.simulator.bounds import broken_bound, working_price
from workers.simulator.terminal import Quote

GOLD = symbol("XAUUSD")
PROCESS = Path(__file__).with_name("ea_process.py")


def soon(hours=100.0):
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def buy(**changed):
    given = {
        "kind": "open", "signal_id": "s", "approval_id": "a", "instrument": "XAUUSD", "side": "buy",
        "order_type": "limit", "entry": "1990.00", "stop": "1980.00", "target": "2022.50", "volume": None,
        "issued_at": soon(0), "expires_at": soon(100), "bounds": None,
    }  # fmt: skip
    return {**given, **changed}


def cancel(opens):
    return {"kind": "cancel", "signal_id": "s", "approval_id": "a", "opens": opens, "reason": "New Setup"}


@pytest.fixture
def terminal():
    made = Terminal(GOLD)
    made.on_bar(bar(10))
    yield made
    made.close()


@pytest.fixture
async def ea(hub, ledger, terminal):
    async with DeviceClient(hub.url, DEVICE, DEVICE_SECRET_SHOWN) as client:
        yield Ea(terminal, client, ledger)


def facts(hub, command_id):
    """The acknowledgements of a command without what every one carries."""
    told = [ack for ack in hub.acks if ack["command_id"] == command_id]
    return [{name: value for name, value in ack.items() if name not in ("command_id", "at")} for ack in told]


async def test_a_command_becomes_an_order_a_fill_and_a_close(hub, ea, terminal):
    sent = hub.command(buy())
    assert await ea.pump() == 1
    assert facts(hub, sent) == [{"status": "placed", "broker_ticket": "1"}]
    await ea.pump(bar(11, 1995.0, low=1989.0))
    await ea.pump(bar(12, 2020.0, high=2023.0))
    await ea.pump(bar(13, 2020.0))
    fill = {"fill_price": "1990.00", "fill_volume": "0.20"}
    assert facts(hub, sent)[1:] == [
        {"status": "placed", "broker_ticket": "1", **fill},
        {
            "status": "closed",
            "broker_ticket": "1",
            **fill,
            "close_price": "2022.50",
            "close_reason": "take_profit",
        },
    ]
    assert terminal.balance == pytest.approx(10_650.0)


async def test_a_trade_that_fills_and_ends_in_one_bar_tells_both(hub, ea):
    sent = hub.command(buy(volume="0.10"))
    await ea.pump()
    await ea.pump(bar(11, 1985.0, low=1979.0, high=1995.0))
    assert hub.statuses(sent) == ["placed", "placed", "closed"]
    assert facts(hub, sent)[-1]["close_reason"] == "stop_loss"


async def test_a_command_without_volume_risks_the_eas_share(hub, ledger, terminal):
    hub.command(buy())
    hub.command(buy(volume="0.35"))
    async with DeviceClient(hub.url, DEVICE, DEVICE_SECRET_SHOWN) as client:
        await Ea(terminal, client, ledger, risk=0.05).pump()
    assert [trade.volume for trade in terminal.trades()] == [0.5, 0.35]


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


def test_a_limit_the_market_has_reached_works_ten_points_away():
    assert working_price(command(entry="2000.50"), Quote(2000.0, 2000.2), GOLD) == 2000.1
    assert working_price(command(entry="1990.00"), Quote(2000.0, 2000.2), GOLD) == 1990.0


@pytest.mark.parametrize(
    ("bounds", "which"),
    [
        ({"valid_until": soon(-1)}, "valid_until"),
        ({"max_spread_points": "5"}, "max_spread_points"),
        ({"max_drift_points": 3}, "max_drift_points"),
    ],
)
async def test_a_bound_that_does_not_hold_refuses_the_command(hub, ea, terminal, bounds, which):
    sent = hub.command(buy(entry="2001.00", bounds=bounds))
    await ea.pump()
    (told,) = facts(hub, sent)
    assert told["status"] == "refused"
    assert told["error"].startswith(which)
    assert terminal.trades() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"instrument": "EURUSD"}, "EURUSD is not traded here"),
        ({"stop": "1995.00"}, "invalid stops"),
        ({"volume": "0.001"}, "invalid volume"),
        ({"volume": "lots"}, "could not convert"),
        ({"entry": "nan"}, "not a number: nan"),
        ({"stop": "1990.00"}, "cannot size"),
    ],
)
async def test_what_cannot_be_placed_has_failed(hub, ea, terminal, change, said):
    sent = hub.command(buy(**change))
    await ea.pump()
    (told,) = facts(hub, sent)
    assert told["status"] == "failed"
    assert said in told["error"]
    assert terminal.trades() == []


async def test_a_command_delivered_twice_is_executed_once(hub, ea, terminal):
    hub.keep_listing = True
    sent = hub.command(buy())
    for _ in range(4):
        await ea.pump()
    assert len(terminal.trades()) == 1
    assert set(hub.statuses(sent)) == {"placed"}


async def test_the_life_of_an_order_is_counted_in_the_terminals_clock(hub, ea):
    """The terminal lives in 1970, the hub in the present: what counts is how long the order may wait."""
    sent = hub.command(buy(expires_at=soon(3)))
    await ea.pump()
    for hour in (11, 12, 13):
        await ea.pump(bar(hour))
    assert hub.statuses(sent) == ["placed"]
    await ea.pump(bar(14, low=1980.5))
    assert facts(hub, sent)[1:] == [{"status": "closed", "broker_ticket": "1", "close_reason": "expired"}]


async def test_a_cancel_takes_back_a_pending_order(hub, ea, terminal):
    opened = hub.command(buy())
    await ea.pump()
    taken = hub.command(cancel(opened))
    await ea.pump()
    await ea.pump()
    assert facts(hub, taken) == [{"status": "closed", "close_reason": "cancelled", "broker_ticket": "1"}]
    assert facts(hub, opened)[1:] == [{"status": "closed", "close_reason": "cancelled", "broker_ticket": "1"}]
    assert terminal.trades()[0].state == "cancelled"


async def test_a_cancel_that_comes_too_late_is_refused(hub, ea, terminal):
    opened = hub.command(buy())
    await ea.pump()
    late = hub.command(cancel(opened))
    stray = hub.command(cancel("never-seen"))
    await ea.pump(bar(11, 1995.0, low=1989.0))
    assert facts(hub, late) == [{"status": "refused", "error": "the order is open already"}]
    assert facts(hub, stray) == [{"status": "refused", "error": "there is no such order"}]
    assert terminal.trades()[0].state == "open"


async def test_a_close_by_hand_is_told(hub, ea, terminal):
    sent = hub.command(buy())
    await ea.pump()
    await ea.pump(bar(11, 1991.0, low=1989.0))
    terminal.close_position(1)
    await ea.pump()
    assert facts(hub, sent)[-1]["close_reason"] == "manual"


async def test_what_happens_while_the_hub_is_down_is_told_later(hub, ea):
    sent = hub.command(buy())
    await ea.pump()
    hub.ack_faults.extend([503] * 3)
    for hour, low in ((11, 1989.0), (12, 1979.0), (13, 1979.0)):
        with pytest.raises(ApiProblem):
            await ea.pump(bar(hour, 1995.0, low=low))
    await ea.pump()
    assert hub.statuses(sent) == ["placed", "placed", "closed"]


async def run_and_die(hub, folder, moment) -> int:
    root = Path(__file__).parents[2]
    arguments = [sys.executable, "-m", "tests.workers.ea_process", hub.url, str(folder), moment]
    process = await asyncio.create_subprocess_exec(*arguments, cwd=root, stdout=subprocess.DEVNULL)
    return await process.wait()


def placed(folder) -> int:
    terminal = Terminal(GOLD, path=folder / "terminal.db")
    count = len(terminal.trades())
    terminal.close()
    return count


@pytest.mark.chaos
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_killed_around_the_order_it_is_placed_exactly_once(hub, tmp_path, moment):
    """Before: the terminal proves that there is no order. After: it shows the order. Either way there is one."""
    sent = hub.command(buy())
    assert await run_and_die(hub, tmp_path, moment) == -9
    assert (placed(tmp_path), hub.acks) == (0 if moment == "before" else 1, [])
    assert await run_and_die(hub, tmp_path, "never") == 0
    assert placed(tmp_path) == 1
    assert facts(hub, sent) == [{"status": "placed", "broker_ticket": "1"}]


@pytest.mark.chaos
async def test_killed_and_with_nothing_to_prove_it_by_the_command_is_unknown(hub, tmp_path):
    sent = hub.command(buy())
    assert await run_and_die(hub, tmp_path, "forgetful after") == -9
    assert await run_and_die(hub, tmp_path, "forgetful never") == 0
    (told,) = facts(hub, sent)
    assert told["status"] == "unknown"
    with Ledger(tmp_path / "ea.db") as ledger:
        assert ledger.state(sent) == "unknown"
    assert await run_and_die(hub, tmp_path, "forgetful never") == 0
    assert len(hub.acks) == 1


@pytest.mark.chaos
async def test_control_without_the_ledger_the_order_is_placed_twice(hub, tmp_path):
    hub.command(buy())
    assert await run_and_die(hub, tmp_path, "careless after") == -9
    assert await run_and_die(hub, tmp_path, "careless never") == 0
    assert placed(tmp_path) == 2


async def test_an_unknown_order_that_turns_up_is_told(hub, ea, tmp_path, terminal):
    sent = hub.command(buy())
    (sealed,) = (await ea.client.poll()).commands
    with Ledger(tmp_path / "old.db", now=lambda: LATER - timedelta(days=9999)) as ea.ledger:
        ea.ledger.begin(sent, ea.client.open(sealed))
        await ea.pump()
        assert hub.statuses(sent) == ["unknown"]
        terminal.place(order(), sent)
        await ea.pump(bar(11, 1995.0, low=1989.0))
    assert hub.statuses(sent) == ["unknown", "placed", "placed"]


async def test_the_process_serves_until_it_is_stopped_and_goes_on_after(hub, tmp_path):
    options = {"hub": hub.url, "device_id": DEVICE, "secret": DEVICE_SECRET_SHOWN, "folder": tmp_path / "ea"}
    sent = hub.command(buy())
    bars = [bar(hour) for hour in range(10, 13)]
    task = asyncio.create_task(run(GOLD, bars, **options, pace=0.01, poll_seconds=5))
    await until(lambda: hub.statuses(sent) == ["placed"])
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    falling = [*bars, *(bar(hour, 1995.0, low=1979.0) for hour in range(13, 20))]
    task = asyncio.create_task(run(GOLD, falling, **options, pace=0.01, poll_seconds=5))
    await until(lambda: hub.statuses(sent)[-1] == "closed")
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    # a process stopped before it noted the hub's answer tells again, word for word
    told = {tuple(sorted(ack.items())): ack["status"] for ack in hub.acks}
    assert list(told.values()) == ["placed", "placed", "closed"]
