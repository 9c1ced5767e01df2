"""The simulated EA shows a real hub how its account stands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from caerus_client.device import DeviceClient
from caerus_client.keys import encode_secret
from caerus_client.ledger import Ledger

from tests.hubs import Device, Person, RunningHub
from tests.trading.looks import Broker, broker, linked
from tests.workers.test_terminal import GOLD, bar, order
from workers.simulator import Ea, Identity, Terminal


@asynccontextmanager
async def expert(device: Device, at: Broker, folder: Path) -> AsyncIterator[Ea]:
    terminal = Terminal(GOLD, path=folder / "terminal.db")
    try:
        with Ledger(folder / "ea.db") as ledger:
            async with DeviceClient(device.hub.base_url, device.id, encode_secret(device.key)) as client:
                yield Ea(terminal, client, ledger, account=Identity(at.server, at.login))
    finally:
        terminal.close()


async def shown(hub: RunningHub, person: Person) -> tuple[int, int, list[str]]:
    """Balance, equity, and what is open."""
    live = (await hub.call("GET", "/api/v1/positions", headers=person.bearer)).body
    figures = [live[name]["amount_minor"] for name in ("account_balance", "account_equity")]
    return figures[0], figures[1], [each["ticket"] for each in live["open_positions"]]


async def test_what_the_terminal_has_the_hub_shows(hub: RunningHub, tmp_path: Path) -> None:
    person, at = await hub.person(), broker()
    device = await hub.device(person)
    await linked(hub, person, at)
    async with expert(device, at, tmp_path) as ea:
        await ea.pump(bar(10))
        assert await shown(hub, person) == (1_000_000, 1_000_000, [])
        ea.terminal.place(order(volume=0.1), "by hand")
        await ea.pump(bar(11, 1995.0, low=1989.0))
        assert await shown(hub, person) == (1_000_000, 1_005_000, ["1"])
        await ea.pump(bar(12, 2020.0, high=2023.0))
        assert await shown(hub, person) == (1_032_500, 1_032_500, [])
        quote = ea.terminal.quote
    quoted = (
        "select q.bid from market.quotes as q join trading.accounts as a on q.source = 'account:' || a.id"
    )
    [[bid]] = await hub.rows(f"{quoted} where a.user_id = $1 and q.symbol = 'XAUUSD'", person.id)
    assert quote and float(bid) == quote.bid
    # A new process tells again what it does not know to have told: once is stored.
    async with expert(device, at, tmp_path) as ea:
        assert await ea.tell()
        assert await ea.tell()
    deals = await hub.rows(
        """select deal, profit, direction, reason from trading.deals as d join trading.accounts as a on a.id = d.account_id
           where a.user_id = $1 order by at, deal""",
        person.id,
    )
    assert [tuple(deal) for deal in deals] == [("1-in", 0, "in", "expert"), ("1-out", 32_500, "out", "tp")]
    [trade] = (await hub.call("GET", "/api/v1/trades", headers=person.bearer)).body["items"]
    assert (trade["status"], trade["net"]["amount_minor"], trade["exit_reason"]) == (
        "closed",
        32_500,
        "take_profit",
    )


async def test_an_account_the_hub_does_not_know_is_not_asked_for_again_at_once(
    hub: RunningHub, tmp_path: Path
) -> None:
    person, at = await hub.person(), broker()
    async with expert(await hub.device(person), at, tmp_path) as ea:
        await ea.pump(bar(10))
        assert not await ea.tell()
        await linked(hub, person, at)
        assert not await ea.tell()
    assert (await hub.call("GET", "/api/v1/positions", headers=person.bearer)).status == 404


async def test_it_reports_for_preflight_once_a_process_and_passes(hub: RunningHub, tmp_path: Path) -> None:
    person, at = await hub.person(), broker()
    device = await hub.device(person)
    id = (await linked(hub, person, at))["account"]["id"]
    path = f"/api/v1/accounts/{id}/preflight"
    async with expert(device, at, tmp_path) as ea:
        await ea.pump(bar(10))
        first = (await hub.call("GET", path, headers=person.bearer)).body
        assert first["certificate"]["instruments"] == {"XAUUSD": "XAUUSD"}
        assert {found["severity"] for found in first["findings"]} == {"warn"}
        await ea.pump(bar(11))
        assert (await hub.call("GET", path, headers=person.bearer)).body == first
    async with expert(device, at, tmp_path) as ea:
        assert await ea.tell()
    again = (await hub.call("GET", path, headers=person.bearer)).body
    assert again["reported_at"] > first["reported_at"]
    assert again["certificate"]["id"] == first["certificate"]["id"]
