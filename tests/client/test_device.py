"""The device client: poll, open, execute once, acknowledge until the hub has it."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from caerus_client.device import DeviceClient, decode_command
from caerus_client.errors import ApiProblem, SealError, Unreachable
from caerus_client.ledger import Ledger
from caerus_client.models import AccountName, Ack, CancelCommand, OpenCommand
from caerus_client.retry import RetryPolicy

from tests.client.fakehub import DEVICE, DEVICE_SECRET_SHOWN, until

NOW = "2026-11-22T10:00:00Z"
BUY = {
    "kind": "open", "signal_id": "s", "approval_id": "a", "instrument": "XAUUSD", "side": "buy",
    "order_type": "limit", "entry": "1626.67", "stop": "1592.18", "target": "1738.73", "volume": None,
    "expires_at": "2026-11-26T14:00:00Z", "issued_at": NOW,
    "bounds": {"valid_until": NOW, "max_drift_points": "25", "max_spread_points": 30},
}  # fmt: skip


class Broker:
    """A handler that notes what it was asked to do."""

    def __init__(self) -> None:
        self.executed, self.recovered = [], []
        self.crash = False

    async def execute(self, command):
        self.executed.append(command.command_id)
        if self.crash:
            raise RuntimeError("killed")
        return Ack(command_id=command.command_id, status="placed", at=NOW, broker_ticket="7")

    async def recover(self, command, begun):
        assert begun.tzinfo is not None
        self.recovered.append(command.command_id)
        return Ack(command_id=command.command_id, status="unknown", at=NOW, error="killed while acting")


def client_of(hub, **options):
    return DeviceClient(hub.url, DEVICE, DEVICE_SECRET_SHOWN, **options)


async def test_a_command_is_opened_executed_and_acknowledged(hub, ledger):
    sent = hub.command(BUY)
    broker = Broker()
    async with client_of(hub) as client:
        assert await client.step(broker, ledger) == 1
        assert await client.step(broker, ledger) == 0
    assert broker.executed == [sent]
    assert hub.acks == [{"command_id": sent, "status": "placed", "at": NOW, "broker_ticket": "7"}]
    assert hub.calls[0] == ("GET", "/api/v1/client/poll?wait=0")
    assert hub.calls[1] == ("GET", "/api/v1/client/poll?since=1&wait=0")
    assert hub.bad_signatures == 0


async def test_what_a_command_says(hub):
    hub.command(BUY)
    hub.command({"kind": "cancel", "signal_id": "s", "approval_id": "a", "opens": "o", "reason": "New Setup"})
    async with client_of(hub) as client:
        buy, cancel = (decode_command(client.open(each)) for each in (await client.poll()).commands)
    assert isinstance(buy, OpenCommand)
    assert (buy.entry, buy.volume, buy.bounds.max_drift_points) == ("1626.67", None, 25.0)
    assert isinstance(cancel, CancelCommand)
    assert (cancel.opens, cancel.reason) == ("o", "New Setup")


async def test_a_command_listed_twice_is_executed_once_and_acknowledged_again(hub, ledger):
    hub.keep_listing = True
    sent = hub.command(BUY)
    broker = Broker()
    async with client_of(hub) as client:
        await client.step(broker, ledger)
        await client.step(broker, ledger)
    assert broker.executed == [sent]
    assert hub.statuses(sent) == ["placed", "placed"]


async def test_a_restarted_device_knows_what_it_did(hub, tmp_path):
    hub.keep_listing = True
    sent = hub.command(BUY)
    broker = Broker()
    for _ in range(3):
        with Ledger(tmp_path / "l.db") as ledger:
            async with client_of(hub) as client:
                await client.step(broker, ledger)
    assert broker.executed == [sent]
    assert hub.statuses(sent) == ["placed"] * 3


async def test_a_device_that_died_while_acting_does_not_act_again(hub, tmp_path):
    sent = hub.command(BUY)
    broker = Broker()
    broker.crash = True
    with Ledger(tmp_path / "l.db") as ledger:
        async with client_of(hub) as client:
            with pytest.raises(RuntimeError, match="killed"):
                await client.step(broker, ledger)
        assert ledger.state(sent) == "acting"
    broker.crash = False
    with Ledger(tmp_path / "l.db") as ledger:
        async with client_of(hub) as client:
            await client.step(broker, ledger)
        assert ledger.state(sent) == "unknown"
    assert (broker.executed, broker.recovered) == ([sent], [sent])
    assert hub.statuses(sent) == ["unknown"]


@pytest.mark.parametrize("fault", [500, 503, 401])
async def test_an_acknowledgement_is_owed_until_the_hub_has_it(hub, ledger, fault):
    hub.ack_faults.extend([fault, fault])
    sent = hub.command(BUY)
    broker = Broker()
    async with client_of(hub) as client:
        for _ in range(2):
            with pytest.raises(ApiProblem):
                await client.step(broker, ledger)
        await client.step(broker, ledger)
    assert broker.executed == [sent]
    assert hub.statuses(sent)[0] == "placed"
    assert ledger.owed() == []


async def test_an_acknowledgement_the_hub_will_never_take_is_set_aside(hub, ledger):
    hub.ack_faults.append(422)
    hub.command(BUY)
    async with client_of(hub) as client:
        await client.step(Broker(), ledger)
    assert ledger.owed() == []
    ((problem,),) = ledger.rows("select problem from acks where state = 'refused'")
    assert "422" in problem


async def test_accounts_that_an_order_is_bound_to_are_read(hub):
    bound = [{"server": "Broker-Live", "login": "4711"}]
    for accounts in (bound, [], None):
        hub.command(BUY | {"accounts": accounts})
    hub.command(BUY)
    async with client_of(hub) as client:
        found = [decode_command(client.open(each)).accounts for each in (await client.poll()).commands]
    assert found == [(AccountName(server="Broker-Live", login="4711"),), (), None, None]


async def test_a_command_that_does_not_open_is_neither_executed_nor_acknowledged(hub, ledger):
    hub.command(BUY, "one")
    hub.commands["two"] = {**hub.commands["one"], "id": "two"}
    hub.command(BUY, "three", key_version=2)
    hub.commands["three"]["sealed"]["key_version"] = 1
    broker = Broker()
    async with client_of(hub) as client:
        listed = (await client.poll()).commands
        assert [command.id for command in listed] == ["one", "two", "three"]
        for sealed in listed[1:]:
            with pytest.raises(SealError):
                client.open(sealed)
        await client.step(broker, ledger)
    assert broker.executed == ["one"]
    assert [ack["command_id"] for ack in hub.acks] == ["one"]
    assert ledger.state("two") is None


async def test_a_command_that_names_another_is_left_alone(hub, ledger):
    hub.command({**BUY, "command_id": "another"}, "listed")
    broker = Broker()
    async with client_of(hub) as client:
        await client.step(broker, ledger)
    assert (broker.executed, hub.acks) == ([], [])


async def test_a_path_is_sent_as_it_was_signed(hub):
    async with client_of(hub) as client:
        await client.poll(since="1:a~b", wait=0)
    assert hub.calls == [("GET", "/api/v1/client/poll?since=1%3Aa~b&wait=0")]
    assert hub.bad_signatures == 0


async def test_sealed_text_of_an_unknown_shape_is_left_alone(hub, ledger):
    hub.command({"kind": "dance"})
    broker = Broker()
    async with client_of(hub) as client:
        await client.step(broker, ledger)
    assert (broker.executed, hub.acks) == ([], [])


async def test_a_wrong_clock_is_put_right_once(hub, ledger):
    hub.clock_ahead = -timedelta(hours=2)
    hub.command(BUY)
    async with client_of(hub) as client:
        await client.step(Broker(), ledger)
        assert abs(client.clock.offset + timedelta(hours=2)) < timedelta(seconds=5)
    assert hub.bad_signatures == 1
    assert len(hub.acks) == 1


async def test_a_revoked_device_gets_its_401(hub):
    wrong = "A" * 43
    async with DeviceClient(hub.url, DEVICE, wrong) as client:
        with pytest.raises(ApiProblem) as caught:
            await client.poll()
    assert caught.value.status == 401
    assert hub.bad_signatures == 1


async def test_nobody_there(hub):
    await hub.stop()
    async with client_of(hub) as client:
        with pytest.raises(Unreachable):
            await client.poll()


async def test_running_survives_an_outage_and_wakes_for_commands(hub, ledger):
    hub.down = True
    broker = Broker()
    async with client_of(hub) as client:
        task = asyncio.create_task(
            client.run(broker, ledger, wait=5, retry=RetryPolicy(delay=0.005, cap=0.01))
        )
        await until(lambda: len(hub.calls) >= 3)
        hub.down = False
        sent = hub.command(BUY)
        await until(lambda: ledger.state(sent) == "placed")
        later = Ack(command_id=sent, status="placed", at=NOW, fill_price="1626.67", fill_volume="0.10")
        ledger.record(later)
        client.owe()
        await until(lambda: len(hub.acks) == 2)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert [ack.get("fill_price") for ack in hub.acks] == [None, "1626.67"]


def test_a_command_is_begun_once(ledger):
    assert ledger.begin("c", b"{}")
    assert not ledger.begin("c", b"{}")
    assert [(each.id, each.plain) for each in ledger.in_state("acting")] == [("c", b"{}")]
    assert (ledger.state("c"), ledger.state("d")) == ("acting", None)


@pytest.mark.parametrize("url", ["ftp://x", "http://x/api", "hub:8000", "http://x?a=1", ""])
def test_a_base_url_is_an_origin(url):
    with pytest.raises(ValueError, match="origin"):
        DeviceClient(url, DEVICE, DEVICE_SECRET_SHOWN)


async def test_what_could_not_be_done_is_taken_again_as_long_as_the_hub_lists_it(hub, ledger):
    sent = hub.command(BUY)
    broker = Broker()
    execute, broker.execute = broker.execute, nothing
    async with client_of(hub) as client:
        assert await client.step(broker, ledger) == 1
        assert (ledger.state(sent), hub.acks) == (None, [])
        # the hub has nothing new to tell, and is asked again soon all the same
        assert await client.step(broker, ledger, 25) == 1
        assert hub.calls[-1][1].endswith("wait=1")
        broker.execute = execute
        assert await client.step(broker, ledger, 25) == 1
    assert (broker.executed, hub.statuses(sent)) == ([sent], ["placed"])


async def test_what_was_begun_and_surely_not_done_is_as_if_it_had_not_come(hub, ledger):
    sent = hub.command(BUY)
    broker = Broker()
    broker.crash = True
    async with client_of(hub) as client:
        with pytest.raises(RuntimeError, match="killed"):
            await client.step(broker, ledger)
        broker.crash, broker.recover = False, nothing
        del hub.commands[sent]
        await client.step(broker, ledger)
    assert (ledger.state(sent), broker.executed, hub.acks) == (None, [sent], [])


async def nothing(*_):
    return None
