"""A new secret for a device: both are good until the new one is used, or the grace is over; nothing in between is lost."""

import asyncio
from datetime import timedelta
from uuid import UUID

from caerus_client.keys import decode_secret
from msgspec.structs import replace

from hub.core import clock
from tests import metrics
from tests.hubs import Answer, Device, Person, RunningHub
from tests.trading.guarded import approved
from tests.trading.test_poll import plain


async def rotate(hub: RunningHub, person: Person, device: Device) -> Answer:
    return await hub.call("POST", f"/api/v1/devices/{device.id}/rotate", headers=person.bearer)


async def rotated(hub: RunningHub, person: Person, device: Device) -> Device:
    """The device with its new secret."""
    answer = await rotate(hub, person, device)
    assert answer.status == 200, answer.raw
    return replace(device, key=decode_secret(answer.body["device_secret"]))


async def after_grace(hub: RunningHub, device: Device) -> None:
    query = "update trading.devices set previous_until = $2 where id = $1"
    await hub.res.db.execute(query, UUID(device.id), clock.now() - timedelta(seconds=1))


async def test_a_terminal_goes_on_with_its_key_until_the_new_one_is_used(hub: RunningHub) -> None:
    person = await hub.person()
    before = await hub.device(person)
    after = await rotated(hub, person, before)
    assert (await approved(hub, person)).status == 201
    # What is sealed can be opened by whom the terminal is at that time.
    [command] = (await before.poll()).body["commands"]
    assert plain(before, command)["kind"] == "open"
    [command] = (await after.poll()).body["commands"]
    assert (plain(after, command)["kind"], command["sealed"]["key_version"]) == ("open", 2)
    assert (await before.poll()).status == 401
    assert (await after.ack(command["id"], "placed", broker_ticket="1")).status == 200


async def test_calls_of_terminals_are_counted_and_those_refused_at_the_door(hub: RunningHub) -> None:
    device, seen = await hub.device(await hub.person()), metrics.here()
    assert (await device.poll()).status == 200
    assert (await replace(device, key=bytes(32)).poll()).status == 401
    assert (await device.ack("nothing", "placed")).status == 422
    assert metrics.moved(seen, "ea_requests_total") == {
        "ea_requests_total{endpoint=poll}": 2.0,
        "ea_requests_total{endpoint=ack}": 1.0,
    }
    assert metrics.moved(seen, "ea_errors_total") == {"ea_errors_total{endpoint=poll}": 1.0}


async def test_after_the_grace_the_key_before_is_refused(hub: RunningHub) -> None:
    person = await hub.person()
    before = await hub.device(person)
    after = await rotated(hub, person, before)
    assert (await before.poll()).status == 200
    await after_grace(hub, before)
    assert (await before.poll()).status == 401
    assert (await after.poll()).status == 200


async def test_a_new_secret_that_was_lost_is_made_anew(hub: RunningHub) -> None:
    """The terminal goes on with the one it has proven, not with the one that nobody has."""
    person = await hub.person()
    before = await hub.device(person)
    assert (await before.poll()).status == 200
    lost = await rotated(hub, person, before)
    found = await rotated(hub, person, before)
    assert (await lost.poll()).status == 401
    assert (await before.poll()).status == 200
    assert (await found.poll()).status == 200
    assert (await before.poll()).status == 401


async def test_a_secret_whose_time_is_over_stays_dead(hub: RunningHub) -> None:
    person = await hub.person()
    before = await hub.device(person)
    assert (await rotate(hub, person, before)).status == 200
    assert (await before.poll()).status == 200, "the new one was not used yet"
    await hub.res.db.execute(
        "update trading.devices set previous_until = now() - interval '1 second' where id = $1::text::uuid",
        before.id,
    )
    assert (await before.poll()).status == 401
    answer = await rotate(hub, person, before)
    assert (await before.poll()).status == 401, "another rotation does not wake it"
    assert (await replace(before, key=decode_secret(answer.body["device_secret"])).poll()).status == 200


async def test_of_two_who_rotate_at_once_one_is_shown_a_secret(hub: RunningHub) -> None:
    person = await hub.person()
    before = await hub.device(person)
    answers = await asyncio.gather(*(rotate(hub, person, before) for _ in range(5)))
    won = [answer for answer in answers if answer.status == 200]
    assert {answer.status for answer in answers} <= {200, 409}
    newest = max(won, key=lambda answer: answer.body["key_version"])
    assert [
        answer.body["key_version"] for answer in sorted(won, key=lambda a: a.body["key_version"])
    ] == list(range(2, 2 + len(won)))
    assert (await replace(before, key=decode_secret(newest.body["device_secret"])).poll()).status == 200


async def test_a_rotation_is_audited_and_listed_and_shows_no_secret(hub: RunningHub) -> None:
    person = await hub.person()
    before = await hub.device(person)
    answer = await rotate(hub, person, before)
    listed = await hub.call("GET", "/api/v1/devices/me", headers=person.bearer)
    [device] = listed.body["items"]
    assert (device["key_version"], device["keyed_at"] > device["created_at"]) == (2, True)
    assert device["previous_until"] is not None
    assert answer.body["device_secret"].encode() not in listed.raw
    [row] = await hub.rows(
        "select meta from identity.audit_log where action = 'device.rotate' and target = $1",
        f"device:{before.id}",
    )
    assert '"key_version": 2' in row["meta"] or '"key_version":2' in row["meta"]
    assert answer.body["device_secret"] not in row["meta"]


async def test_a_revoked_device_and_anothers_are_not_rotated(hub: RunningHub) -> None:
    person, other = await hub.person(), await hub.person()
    device = await hub.device(person)
    assert (await rotate(hub, other, device)).status == 404
    assert (await device.poll()).status == 200
    await hub.call("POST", f"/api/v1/devices/{device.id}/revoke", headers=person.bearer)
    assert (await rotate(hub, person, device)).status == 404
