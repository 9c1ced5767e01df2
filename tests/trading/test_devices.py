"""Devices: a secret shown once, names, revocation that holds at once."""

import asyncio
from uuid import uuid4

import msgspec
import pytest
from caerus_client.keys import decode_secret

from hub.core.principal import Principal
from hub.core.security import device_keys
from hub.trading.devices import service as devices
from tests.hubs import Answer, Device, Person, RunningHub, until

REGISTER = "/api/v1/devices/register"


async def register(hub: RunningHub, person: Person, name: str) -> Answer:
    return await hub.call("POST", REGISTER, {"name": name}, person.bearer)


async def listed(hub: RunningHub, person: Person) -> Answer:
    return await hub.call("GET", "/api/v1/devices/me", headers=person.bearer)


async def revoke(hub: RunningHub, person: Person, id: str) -> Answer:
    return await hub.call("POST", f"/api/v1/devices/{id}/revoke", headers=person.bearer)


async def test_a_secret_is_shown_once_and_signs_from_then_on(hub: RunningHub) -> None:
    person = await hub.person()
    made = await register(hub, person, "desk")
    assert made.status == 201
    assert made.body.keys() == {"device_id", "device_secret", "key_version"} and made.body["key_version"] == 1
    device = Device(hub, made.body["device_id"], decode_secret(made.body["device_secret"]))
    assert (await device.poll()).status == 200
    shown = await listed(hub, person)
    assert made.body["device_secret"].encode() not in shown.raw
    assert shown.body["rotate_days"] == 90
    [item] = shown.body["items"]
    assert item.keys() == {
        "id", "name", "key_version", "created_at", "last_seen_at", "revoked_at", "keyed_at", "previous_until",
        "skew_ms", "silent_since",
    }  # fmt: skip
    assert item["last_seen_at"] is not None and abs(item["skew_ms"]) < 2000


async def test_the_secret_is_derived_and_never_stored(hub: RunningHub) -> None:
    made = (await register(hub, await hub.person(), "desk")).body
    [row] = await hub.rows("select * from trading.devices where id = $1::text::uuid", made["device_id"])
    secret = decode_secret(made["device_secret"])
    master = device_keys.master(hub.res.secrets.get("DEVICE_KEY_KDF_SECRET"))
    assert device_keys.derive(master, row["salt"], row["id"], 1) == secret
    assert row["secret_hash"].startswith("$argon2id$")
    assert await hub.res.passwords.verify(row["secret_hash"], made["device_secret"])
    stored = msgspec.json.encode({name: str(value) for name, value in row.items()})
    assert made["device_secret"].encode() not in stored and secret.hex().encode() not in stored


async def test_two_devices_have_two_secrets(hub: RunningHub) -> None:
    person = await hub.person()
    secrets = {(await register(hub, person, name)).body["device_secret"] for name in ("a", "b", "c")}
    assert len(secrets) == 3


async def test_a_name_is_taken_once_for_each_person(hub: RunningHub) -> None:
    person, other = await hub.person(), await hub.person()
    answers = await asyncio.gather(*(register(hub, person, "desk") for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 4
    assert (await register(hub, other, "desk")).status == 201


async def test_a_revoked_device_keeps_its_name_and_takes_it_from_nobody(hub: RunningHub) -> None:
    person = await hub.person()
    ids = list[str]()
    for _ in range(2):
        ids.append((await register(hub, person, "desk")).body["device_id"])
        assert (await revoke(hub, person, ids[-1])).status == 200
    answers = await asyncio.gather(*(register(hub, person, "desk") for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 4
    ids += [answer.body["device_id"] for answer in answers if answer.status == 201]
    shown = (await listed(hub, person)).body["items"]
    assert [item["id"] for item in shown] == ids
    assert [item["name"] for item in shown] == ["desk"] * 3
    assert [item["revoked_at"] is None for item in shown] == [False, False, True]
    rows = await hub.rows(
        "select action, target, meta from identity.audit_log where actor_id = $1 and action like 'device.%' order by seq",
        person.id,
    )
    acts = ["register", "revoke", "register", "revoke", "register"]
    assert [row[0] for row in rows] == [f"device.{act}" for act in acts]
    assert [row[1] for row in rows] == [f"device:{ids[n]}" for n in (0, 0, 1, 1, 2)]
    assert {msgspec.json.decode(row[2])["name"] for row in rows} == {"desk"}


async def test_a_name_is_asked_for_of_devices_that_may_call(hub: RunningHub) -> None:
    person = await hub.person()
    who = Principal("user", str(person.id), person.id, "user")
    first = await devices.ensure(hub.res, who, "desk")
    assert await devices.ensure(hub.res, who, "desk") == first
    await revoke(hub, person, str(first.device_id))
    second = await devices.ensure(hub.res, who, "desk")
    assert second.device_id != first.device_id
    assert await devices.ensure(hub.res, who, "desk") == second


@pytest.mark.parametrize("name", ["", " ", " desk", "desk ", "x" * 65])
async def test_what_is_no_name_is_refused(hub: RunningHub, name: str) -> None:
    answer = await register(hub, await hub.person(), name)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/name")


async def test_a_name_that_postgresql_cannot_hold_is_refused(hub: RunningHub) -> None:
    assert (await register(hub, await hub.person(), "nul\x00")).status == 422


async def test_a_device_is_renamed_unless_the_name_is_taken(hub: RunningHub) -> None:
    person = await hub.person()
    first = (await register(hub, person, "a")).body["device_id"]
    await register(hub, person, "b")
    renamed = await hub.call("PATCH", f"/api/v1/devices/{first}", {"name": "c"}, person.bearer)
    assert (renamed.status, renamed.body["name"]) == (200, "c")
    taken = await hub.call("PATCH", f"/api/v1/devices/{first}", {"name": "b"}, person.bearer)
    assert taken.status == 409
    assert {item["name"] for item in (await listed(hub, person)).body["items"]} == {"b", "c"}


async def test_a_device_is_given_the_name_of_a_revoked_one(hub: RunningHub) -> None:
    person = await hub.person()
    gone, kept = [(await register(hub, person, name)).body["device_id"] for name in ("a", "b")]
    await revoke(hub, person, gone)
    paths = [f"/api/v1/devices/{id}" for id in (kept, gone)]
    renamed = [await hub.call("PATCH", path, {"name": "a"}, person.bearer) for path in paths]
    assert [(answer.status, answer.body["name"]) for answer in renamed] == [(200, "a"), (200, "a")]
    assert (await register(hub, person, "a")).status == 409
    assert (await register(hub, person, "b")).status == 201


@pytest.mark.parametrize(
    ("method", "suffix", "body"), [("PATCH", "", {"name": "mine"}), ("POST", "/revoke", None)]
)
async def test_somebody_else_s_device_is_not_to_be_found(
    hub: RunningHub, method: str, suffix: str, body: dict[str, str] | None
) -> None:
    owner, other = await hub.person(), await hub.person("admin")
    device = await hub.device(owner, "desk")
    for id in (device.id, str(uuid4()), "x"):
        answer = await hub.call(method, f"/api/v1/devices/{id}{suffix}", body, other.bearer)
        assert answer.status == 404
    assert (await device.poll()).status == 200
    assert [item["name"] for item in (await listed(hub, owner)).body["items"]] == ["desk"]
    assert (await listed(hub, other)).body["items"] == []


async def test_a_revoked_device_is_refused_at_once_and_for_good(hub: RunningHub) -> None:
    person = await hub.person()
    device = await hub.device(person)
    assert (await device.poll()).status == 200
    path = f"/api/v1/devices/{device.id}/revoke"
    first = await hub.call("POST", path, headers=person.bearer)
    assert first.status == 200 and first.body["revoked_at"] is not None
    assert (await device.poll()).status == 401
    assert (await device.ack(str(uuid4()), "placed")).status == 401
    again = await hub.call("POST", path, headers=person.bearer)
    assert (again.status, again.body["revoked_at"]) == (200, first.body["revoked_at"])


async def test_a_device_revoked_while_it_waits_is_given_nothing(hub: RunningHub) -> None:
    person, producer = await hub.person(), await hub.producer()
    device = await hub.device(person)
    cursor = (await device.poll()).body["cursor"]
    parked = asyncio.create_task(device.poll(cursor, wait=3))
    topic = f"commands:{person.id}"
    await until(lambda: topic in hub.res.feed.channels)
    await hub.call("POST", f"/api/v1/devices/{device.id}/revoke", headers=person.bearer)
    await hub.approve(person, await producer.opened())
    answer = await parked
    assert answer.status == 401 or answer.body["commands"] == []


async def test_what_becomes_of_a_device_is_recorded_without_the_secret(hub: RunningHub) -> None:
    person = await hub.person()
    made = (await register(hub, person, "desk")).body
    path = f"/api/v1/devices/{made['device_id']}"
    assert (await hub.call("PATCH", path, {"name": "attic"}, person.bearer)).status == 200
    await hub.call("POST", f"/api/v1/devices/{made['device_id']}/revoke", headers=person.bearer)
    query = "select action, meta from identity.audit_log where target = $1 order by seq"
    rows = await hub.rows(query, f"device:{made['device_id']}")
    named = [(row[0], msgspec.json.decode(row[1])["name"]) for row in rows]
    assert named == [("device.register", "desk"), ("device.rename", "attic"), ("device.revoke", "attic")]
    assert all(made["device_secret"] not in row[1] for row in rows)


async def test_a_device_of_somebody_who_was_deleted_is_refused(hub: RunningHub) -> None:
    """Who is locked out: `test_locked_out.py`."""
    person = await hub.person()
    device = await hub.device(person)
    assert (await device.poll()).status == 200
    await hub.res.db.execute("update identity.users set deleted_at = now() where id = $1", person.id)
    assert (await device.poll()).status == 401
    await hub.res.db.execute("update identity.users set deleted_at = null where id = $1", person.id)
    assert (await device.poll()).status == 200
