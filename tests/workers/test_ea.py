"""The EA: one execution for each command, and acknowledgements of all that becomes of it."""

import pytest
from caerus_client.device import DeviceClient
from caerus_client.errors import ApiProblem

from tests.client.fakehub import DEVICE, DEVICE_SECRET_SHOWN
from tests.workers.commands import buy, cancel, close, facts, soon
from tests.workers.test_terminal import bar
from workers.simulator import Ea
from workers.simulator.witness import Identity


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


async def test_an_order_that_waits_ends_with_the_consent(hub, ea, terminal):
    """The signal would last for four days."""
    sent = hub.command(buy(bounds={"valid_until": soon(2.5)}))
    await ea.pump()
    for hour in (11, 12):
        await ea.pump(bar(hour, 1995.0))
    assert terminal.trades()[0].state == "pending"
    await ea.pump(bar(13, 1995.0))
    await ea.pump(bar(14, 1995.0, low=1985.0))
    assert facts(hub, sent)[-1] == {"status": "closed", "broker_ticket": "1", "close_reason": "expired"}


@pytest.mark.parametrize(("login", "status"), [("4711", "placed"), ("4712", "refused")])
async def test_an_order_bound_to_another_account_is_refused(hub, ledger, terminal, login, status):
    sent = hub.command(buy(accounts=[{"server": "broker-live", "login": "4711"}]))
    async with DeviceClient(hub.url, DEVICE, DEVICE_SECRET_SHOWN) as client:
        ea = Ea(terminal, client, ledger, account=Identity("Broker-Live", login))
        await client.step(ea, ledger)
    assert hub.statuses(sent) == [status]
    assert len(terminal.trades()) == (status == "placed")


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


async def test_a_close_closes_the_position_once(hub, ea, terminal):
    hub.command(buy())
    await ea.pump()
    await ea.pump(bar(11, 1991.0, low=1989.0))
    first, again = hub.command(close("1")), hub.command(close("1"))
    await ea.pump()
    [told] = facts(hub, first)
    assert (told["status"], told["broker_ticket"]) == ("closed", "1")
    assert facts(hub, again) == [told]
    assert [trade.state for trade in terminal.trades()] == ["closed"]
    assert terminal.equity == terminal.balance


async def test_a_close_of_what_is_not_open_is_refused(hub, ea):
    hub.command(buy())
    pending, stray = hub.command(close("1")), hub.command(close("999"))
    await ea.pump()
    for refused in (pending, stray):
        assert facts(hub, refused) == [{"status": "refused", "error": "there is no such position"}]


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


async def test_a_fill_that_a_dead_ea_never_told_is_told_by_the_next(hub, ea, terminal, ledger):
    sent = hub.command(buy())
    await ea.pump()
    terminal.on_bar(bar(11, 1995.0, low=1989.0))
    successor = Ea(terminal, ea.client, ledger)
    successor.on_bar(bar(12, 1995.0))
    assert [(each.ack.command_id, each.ack.fill_price) for each in ledger.owed()] == [(sent, "1990.00")]
    successor.on_bar(bar(13, 1995.0))
    assert len(ledger.owed()) == 1
