"""The long poll: what a terminal is given, when, and how often."""

import asyncio
import time
from typing import Any

import msgspec
import pytest
from caerus_client.errors import SealError
from caerus_client.keys import seal_key
from caerus_client.sealing import Envelope, open_sealed

from tests.hubs import Answer, Device, Person, RunningHub, in_hours, until
from tests.trading.looks import broker, linked, sent, verified


def ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.raw
    return [command["id"] for command in answer.body["commands"]]


def plain(device: Device, command: dict[str, Any]) -> dict[str, Any]:
    envelope = msgspec.convert(command["sealed"], Envelope)
    key = seal_key(device.key, device.id, envelope.key_version)
    opened = open_sealed(key, envelope, device_id=device.id, command_id=command["id"])
    return dict(msgspec.json.decode(opened))


async def parked(hub: RunningHub, person: Person) -> None:
    """Wait until a poll of this person waits."""
    await until(lambda: f"commands:{person.id}" in hub.res.feed.channels)


@pytest.fixture
async def person(hub: RunningHub) -> Person:
    return await hub.person()


@pytest.fixture
async def device(hub: RunningHub, person: Person) -> Device:
    return await hub.device(person)


async def approved(hub: RunningHub, person: Person, **bounds: Any) -> str:
    """The id of a new signal that the person approved."""
    signal_id = await (await hub.producer()).opened()
    more = {"bounds": bounds} if bounds else {}
    assert (await hub.approve(person, signal_id, **more)).status == 201
    return signal_id


async def test_a_short_poll_with_nothing_to_do_is_empty_at_once(device: Device) -> None:
    began = time.monotonic()
    assert ids(await device.poll()) == []
    assert time.monotonic() - began < 1


async def test_a_terminal_gets_its_owner_s_approvals_alone(
    hub: RunningHub, person: Person, device: Device
) -> None:
    other = await hub.person()
    foreign = await hub.device(other)
    signal_id = await approved(hub, person)
    [command] = (await device.poll()).body["commands"]
    assert plain(device, command)["signal_id"] == signal_id
    assert ids(await foreign.poll()) == []


async def test_the_sealed_order_says_all_a_terminal_needs(
    hub: RunningHub, person: Person, device: Device
) -> None:
    bounds = {"valid_until": in_hours(2), "max_drift_points": 40, "max_spread_points": 35}
    signal_id = await approved(hub, person, **bounds)
    [command] = (await device.poll()).body["commands"]
    order = plain(device, command)
    assert (order["command_id"], order["kind"], order["signal_id"]) == (command["id"], "open", signal_id)
    assert (order["instrument"], order["side"], order["order_type"]) == ("XAUUSD", "buy", "limit")
    assert [float(order[name]) for name in ("entry", "stop", "target")] == [1626.67, 1592.18, 1738.73]
    assert all(isinstance(order[name], str) for name in ("entry", "stop", "target"))
    assert order["volume"] is None and order["bounds"] == bounds and order["accounts"] is None
    assert (order["issued_at"], order["expires_at"]) == (command["issued_at"], command["expires_at"])


async def test_a_command_opens_with_its_own_device_s_key_alone(
    hub: RunningHub, person: Person, device: Device
) -> None:
    second = await hub.device(person, "second")
    await approved(hub, person)
    [first_copy], [second_copy] = [(await each.poll()).body["commands"] for each in (device, second)]
    assert first_copy["id"] == second_copy["id"]
    assert plain(device, first_copy) == plain(second, second_copy)
    with pytest.raises(SealError):
        plain(second, first_copy)
    with pytest.raises(SealError):
        plain(device, second_copy)
    with pytest.raises(SealError):
        plain(device, first_copy | {"id": second.id})


async def test_a_long_poll_wakes_on_an_approval(hub: RunningHub, person: Person, device: Device) -> None:
    began = time.monotonic()
    waiting = asyncio.create_task(device.poll(wait=20))
    await parked(hub, person)
    await approved(hub, person)
    assert len(ids(await waiting)) == 1
    assert time.monotonic() - began < 5


async def test_a_long_poll_ends_empty_after_its_wait(device: Device) -> None:
    began = time.monotonic()
    assert ids(await device.poll(wait=1)) == []
    assert 0.9 < time.monotonic() - began < 3


async def test_a_rejection_wakes_nobody(hub: RunningHub, person: Person, device: Device) -> None:
    waiting = asyncio.create_task(device.poll(wait=1))
    await parked(hub, person)
    await hub.approve(person, await (await hub.producer()).opened(), "rejected")
    assert ids(await waiting) == []


async def test_a_command_stays_until_it_is_acknowledged(
    hub: RunningHub, person: Person, device: Device
) -> None:
    await approved(hub, person)
    [command] = ids(await device.poll())
    for _ in range(3):
        assert ids(await device.poll()) == [command]
    await device.ack(command, "placed")
    assert ids(await device.poll()) == []


async def test_with_a_cursor_it_waits_for_news_and_then_tells_everything(
    hub: RunningHub, person: Person, device: Device
) -> None:
    await approved(hub, person)
    await until(lambda: relayed(hub, person, 1))
    first = await device.poll()
    [command], cursor = ids(first), first.body["cursor"]
    began = time.monotonic()
    again = await device.poll(cursor, wait=1)
    assert time.monotonic() - began > 0.9
    assert (ids(again), again.body["cursor"]) == ([command], cursor)
    waiting = asyncio.create_task(device.poll(cursor, wait=20))
    await parked(hub, person)
    await approved(hub, person)
    woken = await waiting
    assert ids(woken)[0] == command and len(ids(woken)) == 2
    assert woken.body["cursor"] != cursor


async def relayed(hub: RunningHub, person: Person, offset: int) -> bool:
    return await hub.res.feed.bus.offset(f"commands:{person.id}") == offset


async def test_an_old_cursor_is_answered_at_once(hub: RunningHub, person: Person, device: Device) -> None:
    cursor = (await device.poll()).body["cursor"]
    await approved(hub, person)
    await until(lambda: relayed(hub, person, 1))
    began = time.monotonic()
    assert len(ids(await device.poll(cursor, wait=20))) == 1
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("cursor", ["x", "0.0", "other.7", "....", "9" * 64])
async def test_a_cursor_nobody_issued_means_from_the_beginning(
    hub: RunningHub, person: Person, device: Device, cursor: str
) -> None:
    await approved(hub, person)
    assert len(ids(await device.poll(cursor, wait=5))) == 1


@pytest.mark.parametrize("query", ["wait=-1", "wait=31", "wait=x", "since=" + "x" * 65, "until=1"])
async def test_a_bad_query_is_refused(device: Device, query: str) -> None:
    assert (await device.call("GET", f"/api/v1/client/poll?{query}")).status == 422


async def test_with_a_verified_account_only_terminals_that_speak_for_one_are_told(hub: RunningHub) -> None:
    mine, at = await verified(hub), broker()
    unlinked, second = [await hub.device(mine.person, name) for name in ("unlinked", "second")]
    await linked(hub, mine.person, at)
    await sent(second, at.look(0))
    await approved(hub, mine.person)
    assert ids(await unlinked.poll()) == []
    for device, server in ((mine.device, mine.broker.server), (second, at.server)):
        [command] = (await device.poll()).body["commands"]
        assert plain(device, command)["accounts"] == [{"server": server, "login": "7001"}]


async def test_without_a_verified_account_every_terminal_is_told(hub: RunningHub) -> None:
    mine = await verified(hub)
    await linked(hub, mine.person, broker())
    second = await hub.device(mine.person, "second")
    gone = await hub.call("DELETE", f"/api/v1/accounts/{mine.id}", headers=mine.person.bearer)
    assert gone.status == 204
    await approved(hub, mine.person)
    for device in (mine.device, second):
        [command] = (await device.poll()).body["commands"]
        assert plain(device, command)["accounts"] is None


async def test_a_device_registered_later_is_not_given_old_commands(hub: RunningHub, person: Person) -> None:
    first = await hub.device(person, "first")
    await approved(hub, person)
    later = await hub.device(person, "later")
    assert (len(ids(await first.poll())), ids(await later.poll())) == (1, [])
    await approved(hub, person)
    assert (len(ids(await first.poll())), len(ids(await later.poll()))) == (2, 1)


async def test_an_open_that_was_taken_back_is_not_offered_any_more(
    hub: RunningHub, person: Person, device: Device
) -> None:
    producer = await hub.producer()
    signal_id = await producer.opened()
    await hub.approve(person, signal_id)
    [opened] = ids(await device.poll())
    await producer.cancel(signal_id, "superseded")
    [command] = (await device.poll()).body["commands"]
    taking_back = plain(device, command)
    assert (command["kind"], taking_back["kind"], taking_back["opens"]) == ("cancel", "cancel", opened)
    assert (taking_back["signal_id"], taking_back["reason"]) == (signal_id, "superseded")


async def test_a_cancellation_wakes_a_long_poll(hub: RunningHub, person: Person, device: Device) -> None:
    producer = await hub.producer()
    signal_id = await producer.opened()
    await hub.approve(person, signal_id)
    [opened] = ids(await device.poll())
    await device.ack(opened, "placed", broker_ticket="1")
    waiting = asyncio.create_task(device.poll(wait=20))
    await parked(hub, person)
    await producer.cancel(signal_id)
    assert [command["kind"] for command in (await waiting).body["commands"]] == ["cancel"]


async def test_an_expired_command_is_not_offered(hub: RunningHub, person: Person, device: Device) -> None:
    signal_id = await approved(hub, person)
    assert len(ids(await device.poll())) == 1
    statement = "update trading.commands set expires_at = now() where signal_id = $1::text::uuid"
    await hub.res.db.execute(statement, signal_id)
    assert ids(await device.poll()) == []
