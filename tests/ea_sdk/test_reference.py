"""The reference EA, compiled: one execution for each command, and acknowledgements of all that becomes of it."""

import asyncio
from typing import Any

import pytest

from tests.client.fakehub import FakeHub
from tests.ea_sdk.build import compiled
from tests.ea_sdk.terminals import Terminal
from tests.hubs import until
from tests.workers.commands import buy, cancel, close, facts, soon


async def told(hub: FakeHub, command: str, status: str) -> list[dict[str, Any]]:
    """What was said of a command, once that status was."""
    await until(lambda: status in hub.statuses(command), seconds=20)
    return facts(hub, command)


async def test_a_command_becomes_an_order_a_fill_and_a_close(fake: FakeHub, terminal: Terminal) -> None:
    sent = fake.command(buy())
    async with terminal.running():
        [first] = await told(fake, sent, "placed")
        [order] = terminal.books("order")
        ticket = order["ticket"]
        assert first == {"status": "placed", "broker_ticket": ticket}
        # 1 % of 10,000.00 over ten dollars of gold
        assert (order["volume"], order["price"], order["sl"], order["tp"]) == (
            "0.1",
            "1990",
            "1980",
            "2022.5",
        )
        terminal.market(1989.5, 1989.8)
        await until(lambda: len(fake.statuses(sent)) == 2)
        terminal.market(2023.0, 2023.2)
        await told(fake, sent, "closed")
    fill = {"broker_ticket": ticket, "fill_price": "1990.00", "fill_volume": "0.10"}
    end = {"close_price": "2022.50", "close_reason": "take_profit"}
    assert facts(fake, sent)[1:] == [{"status": "placed", **fill}, {"status": "closed", **fill, **end}]
    assert fake.bad_signatures == 0


async def test_a_command_listed_for_ever_is_executed_once_over_restarts_too(
    fake: FakeHub, terminal: Terminal
) -> None:
    fake.keep_listing = True
    sent = fake.command(buy())
    for life in range(3):
        async with terminal.running():
            await until(lambda life=life: len(fake.acks) >= 2 * (life + 1), seconds=20)
    assert terminal.placed() == 1
    assert set(fake.statuses(sent)) == {"placed"}


@pytest.mark.parametrize(
    ("bounds", "which"),
    [
        ({"valid_until": soon(-1)}, "valid_until"),
        ({"max_spread_points": "5"}, "max_spread_points: 20.0 points against 5"),
        ({"max_drift_points": 3}, "max_drift_points"),
    ],
)
async def test_a_bound_that_does_not_hold_refuses_the_command(
    fake: FakeHub, terminal: Terminal, bounds: dict[str, Any], which: str
) -> None:
    sent = fake.command(buy(entry="2001.00", bounds=bounds))
    async with terminal.running():
        [said] = await told(fake, sent, "refused")
    assert said["error"].startswith(which)
    assert terminal.placed() == 0


@pytest.mark.parametrize(
    ("change", "status", "said", "settings"),
    [
        ({"instrument": "EURUSD"}, "failed", "EURUSD is not traded here", {}),
        ({"stop": "1995.00"}, "failed", "invalid stops", {}),
        ({"stop": "1990.00"}, "failed", "invalid stops", {}),
        ({"volume": "0.001"}, "failed", "invalid volume", {"EA_Mode": "1"}),
        ({"volume": "-0.10"}, "failed", "invalid volume", {"EA_Mode": "1"}),
        ({"volume": "0.10"}, "refused", "mode: ", {}),
        ({}, "refused", "max_spread: 20.0", {"EA_MaxSpreadPoints": "10"}),
        ({}, "refused", "equity_floor: ", {"EA_EquityFloor": "10000"}),
        ({}, "failed", "max_volume: 0.10", {"EA_MaxVolume": "0.05"}),
        ({}, "refused", "netting: ", {"SHIM_NETTING": "1"}),
        ({}, "failed", "10006", {"SHIM_TRADE": "reject"}),
        ({"expires_at": soon(-1)}, "refused", "expires_at: ", {}),
    ],
)
async def test_what_cannot_be_placed_is_told_and_places_nothing(
    fake: FakeHub,
    terminal: Terminal,
    change: dict[str, Any],
    status: str,
    said: str,
    settings: dict[str, str],
) -> None:
    sent = fake.command(buy(**change))
    async with terminal.running(**settings):
        [fact] = await told(fake, sent, status)
    assert fact["error"].startswith(said)
    assert terminal.placed() == 0


async def test_copy_mode_takes_the_volume_that_the_hub_reckoned(fake: FakeHub, terminal: Terminal) -> None:
    sent = fake.command(buy(volume="0.35"))
    async with terminal.running(EA_Mode="1"):
        await told(fake, sent, "placed")
    assert [order["volume"] for order in terminal.books("order")] == ["0.35"]


async def test_a_volume_of_three_digits_is_told_whole(fake: FakeHub, terminal: Terminal) -> None:
    sent = fake.command(buy(order_type="market", volume="0.005"))
    async with terminal.running(EA_Mode="1", SHIM_VOLUME_STEP="0.001"):
        await until(lambda: len(fake.statuses(sent)) == 2, seconds=20)
    assert facts(fake, sent)[1]["fill_volume"] == "0.00500000"


@pytest.mark.parametrize(
    ("change", "type", "price"),
    [
        (
            {"entry": "2005.00"},
            "2",
            "2000.1",
        ),  # a limit that the market has reached: ten points to the passive side
        ({"order_type": "stop", "entry": "2010.00", "stop": "1990.00"}, "4", "2010"),
        ({"order_type": "stop", "entry": "1999.00"}, "0", "2000.2"),  # passed: meets the touch
        ({"order_type": "market"}, "0", "2000.2"),
        ({"side": "sell", "entry": "2010.00", "stop": "2020.00", "target": "1980.00"}, "3", "2010"),
        ({"side": "sell", "order_type": "market", "stop": "2020.00", "target": "1980.00"}, "1", "2000"),
    ],
)
async def test_where_an_order_works(
    fake: FakeHub, terminal: Terminal, change: dict[str, Any], type: str, price: str
) -> None:
    sent = fake.command(buy(**change))
    async with terminal.running():
        await told(fake, sent, "placed")
    [order] = terminal.books("order") + terminal.books("past")
    assert (order["type"], order["price"]) == (type, price)


@pytest.mark.parametrize("settings", [{}, {"SHIM_NO_EXPIRY": "1"}], ids=["broker expires", "EA expires"])
async def test_an_order_ends_with_its_signal(
    fake: FakeHub, terminal: Terminal, settings: dict[str, str]
) -> None:
    sent = fake.command(buy(expires_at=soon(4 / 3600)))
    async with terminal.running(**settings):
        await told(fake, sent, "closed")
    assert [fact.get("close_reason") for fact in facts(fake, sent)] == [None, "expired"]
    assert terminal.books("order") == []


async def test_a_cancel_takes_back_a_pending_order(fake: FakeHub, terminal: Terminal) -> None:
    opened = fake.command(buy())
    async with terminal.running():
        [first] = await told(fake, opened, "placed")
        taken, stray = (
            fake.command(cancel(opened)),
            fake.command(cancel("01989f3e-7c00-7abc-8def-0123456789ab")),
        )
        ended = {"status": "closed", "close_reason": "cancelled", "broker_ticket": first["broker_ticket"]}
        assert await told(fake, taken, "closed") == [ended]
        assert (await told(fake, opened, "closed"))[1:] == [ended]
        assert await told(fake, stray, "refused") == [
            {"status": "refused", "error": "there is no such order"}
        ]


async def test_a_cancel_that_comes_too_late_is_refused(fake: FakeHub, terminal: Terminal) -> None:
    opened = fake.command(buy(order_type="market"))
    async with terminal.running():
        await told(fake, opened, "placed")
        late = fake.command(cancel(opened))
        [said] = await told(fake, late, "refused")
    assert said["error"] == "the order is open already"
    assert len(terminal.books("position")) == 1


async def test_a_close_closes_the_position_once_and_only_on_its_own_account(
    fake: FakeHub, terminal: Terminal
) -> None:
    opened = fake.command(buy(order_type="market"))
    here = {"server": "Shim-Demo", "login": "7001"}
    async with terminal.running():
        ticket = (await told(fake, opened, "placed"))[0]["broker_ticket"]
        elsewhere = fake.command(close(ticket))
        [said] = await told(fake, elsewhere, "refused")
        assert said["error"] == "this terminal is on another account"
        assert len(terminal.books("position")) == 1
        first, again, stray = (fake.command(close(t) | here) for t in (ticket, ticket, "999"))
        [done] = await told(fake, first, "closed")
        assert done == {
            "status": "closed",
            "broker_ticket": ticket,
            "close_reason": "manual",
            "close_price": "2000.00",
        }
        assert await told(fake, again, "closed") == [done]
        [said] = await told(fake, stray, "refused")
        assert said["error"] == "there is no such position"
    assert len(terminal.books("deal")) == 3


async def test_a_close_by_hand_is_told(fake: FakeHub, terminal: Terminal) -> None:
    opened = fake.command(buy(order_type="market"))
    async with terminal.running():
        ticket = (await told(fake, opened, "placed"))[0]["broker_ticket"]
        terminal.market(2001.0, 2001.2, close=float(ticket))
        assert (await told(fake, opened, "closed"))[-1]["close_reason"] == "manual"


async def test_at_the_equity_floor_what_is_open_is_closed_without_a_hub(
    fake: FakeHub, terminal: Terminal
) -> None:
    opened = fake.command(buy(order_type="market"))
    async with terminal.running(EA_EquityFloor="9950"):
        await told(fake, opened, "placed")
        fake.down = True
        terminal.market(1990.0, 1990.2)
        await until(lambda: terminal.books("position") == [], seconds=20)


async def test_the_secret_may_be_obscured(fake: FakeHub, terminal: Terminal) -> None:
    async with terminal.running("obscure") as script:
        assert await asyncio.wait_for(script.wait(), 20) == 0
    obscured = terminal.log("obscure").partition("DeviceSecret: ")[2].strip()
    assert obscured.startswith("x1:")
    sent = fake.command(buy())
    async with terminal.running(EA_DeviceSecret=obscured):
        await told(fake, sent, "placed")
    assert fake.bad_signatures == 0


@pytest.mark.parametrize(
    "wrong", [{"EA_ApiBase": "http://hub.example.com"}, {"EA_DeviceId": "x"}, {"EA_DeviceSecret": "A" * 42}]
)
async def test_wrong_inputs_are_refused_before_anything_is_asked(
    fake: FakeHub, terminal: Terminal, wrong: dict[str, str]
) -> None:
    process = await asyncio.create_subprocess_exec(
        compiled("reference"), env=terminal.environment(**wrong), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 3
    assert b"ALERT Caerus: " in said
    assert fake.calls == []
