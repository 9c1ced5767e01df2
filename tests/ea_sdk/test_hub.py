"""The reference EA and the courier against a real hub: approve, poll, unseal, execute, acknowledge, show, revoke."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from caerus_client.keys import encode_secret
from msgspec import Struct

from tests.ea_sdk.terminals import Terminal
from tests.hubs import Device, Person, RunningHub, until
from tests.trading.looks import Broker, broker, linked


class Desk(Struct, frozen=True):
    """A person, their linked account, and a terminal on it."""

    hub: RunningHub
    person: Person
    device: Device
    at: Broker
    account: str
    terminal: Terminal

    async def approved(self, **changed: Any) -> str:
        """The id of a signal that the person approved."""
        signal_id = await (await self.hub.producer()).opened(**changed)
        answer = await self.hub.approve(self.person, signal_id)
        assert answer.status == 201, answer.raw
        return signal_id

    async def executions(self) -> list[dict[str, Any]]:
        """Newest first."""
        answer = await self.hub.call("GET", "/api/v1/executions", headers=self.person.bearer)
        return list(answer.body["items"])

    async def reached(self, status: str, count: int = 1) -> list[dict[str, Any]]:
        async def so_many() -> bool:
            return sum(each["status"] == status for each in await self.executions()) == count

        try:
            await until(so_many, seconds=20)
        except TimeoutError:
            raise AssertionError(self.terminal.log()[-3000:]) from None
        return await self.executions()


async def desk(hub: RunningHub, folder: Path, role: str = "user", **settings: str) -> Desk:
    person, at = await hub.person(role), broker()
    device = await hub.device(person)
    account = (await linked(hub, person, at))["account"]["id"]
    known = {
        "EA_ApiBase": hub.base_url,
        "EA_DeviceId": device.id,
        "EA_DeviceSecret": encode_secret(device.key),
    }
    terminal = Terminal(folder, **known, SHIM_SERVER=at.server, SHIM_LOGIN=at.login, **settings)
    terminal.market(1650.0, 1650.2)
    return Desk(hub, person, device, at, account, terminal)


async def test_a_signal_from_its_approval_to_its_end(hub: RunningHub, tmp_path: Path) -> None:
    at = await desk(hub, tmp_path)
    signal_id = await at.approved()
    async with at.terminal.running():
        [execution] = await at.reached("placed")
        [order] = at.terminal.books("order")
        assert (execution["signal_id"], execution["broker_ticket"]) == (signal_id, order["ticket"])
        assert (order["price"], order["sl"], order["tp"]) == ("1626.67", "1592.18", "1738.73")
        at.terminal.market(1626.0, 1626.2)
        await until(lambda: len(at.terminal.books("position")) == 1)
        at.terminal.market(1739.0, 1739.2)
        [execution] = await at.reached("closed")
    assert execution["close_reason"] == "take_profit"
    assert [execution[name] for name in ("fill_price", "fill_volume", "close_price")] == [
        "1626.67",
        "0.03",
        "1738.73",
    ]


async def test_what_the_terminal_has_the_hub_shows(hub: RunningHub, tmp_path: Path) -> None:
    at = await desk(hub, tmp_path, EA_SnapshotSeconds="1")
    await at.approved(order_type="market", entry="1650.20")

    async def seen(*wanted: Any) -> None:
        async def so() -> bool:
            live = (await hub.call("GET", "/api/v1/positions", headers=at.person.bearer)).body
            sums = [
                (live.get(name) or {}).get("amount_minor") for name in ("account_balance", "account_equity")
            ]
            return (*sums, len(live.get("open_positions", ()))) == wanted

        try:
            await until(so, seconds=20)
        except TimeoutError:
            raise AssertionError(at.terminal.log()[-3000:]) from None

    async with at.terminal.running():
        await at.reached("placed")
        at.terminal.market(1660.2, 1660.4)
        # 0.02 lots (1 % of 10,000 over 58.02 dollars), ten dollars up
        await seen(1_000_000, 1_002_000, 1)
        at.terminal.market(1740.0, 1740.2)
        await seen(1_017_706, 1_017_706, 0)
    [trade] = (await hub.call("GET", "/api/v1/trades", headers=at.person.bearer)).body["items"]
    assert (trade["status"], trade["net"]["amount_minor"], trade["exit_reason"]) == (
        "closed",
        17_706,
        "take_profit",
    )
    preflight = (
        await hub.call("GET", f"/api/v1/accounts/{at.account}/preflight", headers=at.person.bearer)
    ).body
    assert preflight["certificate"]["instruments"] == {"XAUUSD": "XAUUSD"}


async def test_what_kept_the_certificate_away_is_told_once_and_its_end_is_reported(
    hub: RunningHub, tmp_path: Path
) -> None:
    """Ten minutes later; they pass in a second."""
    at = await desk(hub, tmp_path, EA_SnapshotSeconds="200", SHIM_HASTE="600")
    at.terminal.market(1650.0, 1650.2, algo=0)
    path = f"/api/v1/accounts/{at.account}/preflight"

    async def gap() -> str | None:
        return (await hub.call("GET", path, headers=at.person.bearer)).body["gap"]

    async with at.terminal.running():
        await at.terminal.says("preflight block: Switch Algo Trading on")
        await at.terminal.says("preflight warn: EURUSD: Show the symbol in Market Watch")
        assert await gap() == "failed"
        reports = "select seq from trading.preflights where account_id = $1::text::uuid"
        first = await hub.rows(reports, at.account)

        async def again() -> bool:
            return bool(await hub.rows(reports, at.account) != first)

        await until(again)
        assert at.terminal.log().count("preflight block") == 1
        at.terminal.market(1650.0, 1650.2, algo=1)

        async def certified() -> bool:
            return await gap() is None

        await until(certified, seconds=20)


async def test_a_signal_that_is_cancelled_is_taken_back(hub: RunningHub, tmp_path: Path) -> None:
    at = await desk(hub, tmp_path)
    producer = await hub.producer()
    signal_id = await producer.opened()
    assert (await hub.approve(at.person, signal_id)).status == 201
    async with at.terminal.running():
        await at.reached("placed")
        assert (await producer.cancel(signal_id)).status == 200
        closed = await at.reached("closed", 2)
    assert {each["kind"] for each in closed} == {"open", "cancel"}
    assert at.terminal.books("order") == []


async def test_a_consent_that_does_not_hold_is_refused(hub: RunningHub, tmp_path: Path) -> None:
    at = await desk(hub, tmp_path)
    signal_id = await (await hub.producer()).opened()
    answer = await hub.approve(at.person, signal_id, bounds={"max_spread_points": 5})
    assert answer.status == 201, answer.raw
    async with at.terminal.running():
        [execution] = await at.reached("refused")
    assert execution["error"].startswith("max_spread_points: 20.0 points against 5")
    assert at.terminal.placed() == 0


async def test_a_revoked_terminal_is_not_served_and_opens_nothing(hub: RunningHub, tmp_path: Path) -> None:
    at = await desk(hub, tmp_path)
    await at.approved()
    async with at.terminal.running():
        await at.reached("placed")
        revoked = await hub.call("POST", f"/api/v1/devices/{at.device.id}/revoke", {}, at.person.bearer)
        assert revoked.status == 200
        await at.approved()
        await at.terminal.says("unauthorised 401")
    assert at.terminal.placed() == 1


@asynccontextmanager
async def with_courier(at: Desk, **settings: str) -> AsyncIterator[None]:
    async with at.terminal.running("courier", **settings), at.terminal.running(EA_UseCourier="1", **settings):
        yield


async def test_the_courier_hands_commands_to_the_ea(hub: RunningHub, tmp_path: Path) -> None:
    at = await desk(hub, tmp_path)
    async with with_courier(at, EA_WaitSeconds="5"):
        await until(lambda: bool(list(tmp_path.glob("*.mail"))), seconds=20)
        for count in range(1, 4):
            await at.approved()
            await at.reached("placed", count)
    assert at.terminal.placed() == 3
    [mail] = tmp_path.glob("*.mail")
    assert "XAUUSD" not in mail.read_text()


async def test_a_courier_that_died_leaves_the_ea_in_safe_mode_and_its_old_mail_unread(
    hub: RunningHub, tmp_path: Path
) -> None:
    at = await desk(hub, tmp_path)
    await at.approved()
    async with at.terminal.running("courier", EA_WaitSeconds="1") as courier:
        await until(
            lambda: any("ciphertext" in mail.read_text() for mail in tmp_path.glob("*.mail")), seconds=20
        )
        courier.kill()
    [mail] = tmp_path.glob("*.mail")
    stamp, _, rest = mail.read_text().partition(" ")
    mail.write_text(f"{int(stamp) - 3_600_000} {rest}")
    async with at.terminal.running(EA_UseCourier="1", EA_SafeAfterSeconds="1"):
        await at.terminal.says("safe mode: nothing is opened: waiting for the hub's first answer")
    assert at.terminal.placed() == 0
    async with with_courier(at, EA_WaitSeconds="1"):
        await at.reached("placed")
    assert at.terminal.placed() == 1


@pytest.mark.chaos
async def test_signals_while_the_terminal_is_killed_again_and_again(hub: RunningHub, tmp_path: Path) -> None:
    """None lost, none doubled."""
    at = await desk(hub, tmp_path)
    producer, count = await hub.producer(), 0
    for moment in ("die-before", "die-after", "", "die-after", "die-before", "", "die-after", ""):
        for _ in range(4):
            assert (await hub.approve(at.person, await producer.opened())).status == 201
            count += 1
        if moment:
            await at.terminal.dies(SHIM_TRADE=moment)
            continue
        async with at.terminal.running():
            await at.reached("placed", count)
    assert at.terminal.placed() == count
    assert len({order["comment"] for order in at.terminal.books("order")}) == count
