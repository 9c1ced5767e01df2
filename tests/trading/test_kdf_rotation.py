"""The KDF secret is rotated while terminals and strategies are at work."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from hub.core.embedded import Endpoints
from hub.core.principal import Principal
from hub.core.problems import NotFound
from hub.core.secrets.made import random_text
from hub.core.security.device_keys import kdf_id_of
from hub.core.settings import Settings
from hub.trading.devices import service as devices
from hub.trading.producers import service as producers
from tests.hubs import Device, Person, Producer, RunningHub, running_hub, signal_body
from tests.trading.test_poll import plain

FIRST, SECOND, THIRD = (random_text() for _ in range(3))


class Rotating(Struct, frozen=True):
    """A hub whose KDF secrets are mounted files."""

    hub: RunningHub
    folder: Path

    async def rotate(self, current: str, previous: str = "") -> None:
        (self.folder / "kdf").write_text(current)
        (self.folder / "kdf_previous").write_text(previous)
        await self.hub.res.secrets.refresh()

    async def kdf_ids(self, table: str, *ids: str) -> list[str | None]:
        query = f"select kdf_id from trading.{table} where id::text = any($1) order by created_at"
        return [row[0] for row in await self.hub.rows(query, list(ids))]


@pytest.fixture
async def rotating(
    servers: Endpoints, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[Rotating]:
    monkeypatch.setenv("DEVICE_KEY_KDF_SECRET_FILE", str(tmp_path / "kdf"))
    monkeypatch.setenv("DEVICE_KEY_KDF_SECRET_PREVIOUS_FILE", str(tmp_path / "kdf_previous"))
    (tmp_path / "kdf").write_text(FIRST)
    async with running_hub(Settings(), servers.dsn, servers.redis_url) as hub:
        producers._cache.clear()
        yield Rotating(hub, tmp_path)


async def works(rotating: Rotating, person: Person, device: Device, producer: Producer) -> None:
    """A signal goes all the way: signed by this producer, approved, sealed for this device, opened by it."""
    signal_id = await producer.opened()
    assert (await rotating.hub.approve(person, signal_id)).status == 201
    answer = await device.poll()
    assert answer.status == 200
    opened = {plain(device, command)["signal_id"] for command in answer.body["commands"]}
    assert signal_id in opened


async def statuses(device: Device, producer: Producer) -> tuple[int, int]:
    producers._cache.clear()  # a producer's key is kept for a second
    return (await device.poll()).status, (await producer.signal(signal_body())).status


async def test_who_was_there_before_works_on_and_who_comes_is_of_the_new_secret(rotating: Rotating) -> None:
    hub = rotating.hub
    person = await hub.person()
    old, old_producer = await hub.device(person, "old"), await hub.producer()
    await works(rotating, person, old, old_producer)
    await rotating.rotate(SECOND, FIRST)
    new, new_producer = await hub.device(person, "new"), await hub.producer()
    for device in (old, new):
        for producer in (old_producer, new_producer):
            await works(rotating, person, device, producer)
    ids = [kdf_id_of(FIRST), kdf_id_of(SECOND)]
    assert await rotating.kdf_ids("devices", old.id, new.id) == ids
    assert await rotating.kdf_ids("producers", old_producer.id, new_producer.id) == ids


async def test_without_the_previous_secret_they_are_refused_until_it_is_back(rotating: Rotating) -> None:
    device, producer = await rotating.hub.device(await rotating.hub.person()), await rotating.hub.producer()
    assert await statuses(device, producer) == (200, 201)
    await rotating.rotate(SECOND)
    assert await statuses(device, producer) == (401, 401)
    await rotating.rotate(THIRD, f"{SECOND},{FIRST}")
    assert await statuses(device, producer) == (200, 201)


async def test_rows_from_before_there_were_ids_go_on_through_two_rotations(rotating: Rotating) -> None:
    device, producer = await rotating.hub.device(await rotating.hub.person()), await rotating.hub.producer()
    await rotating.hub.rows("update trading.devices set kdf_id = null where id::text = $1", device.id)
    await rotating.hub.rows("update trading.producers set kdf_id = null where id = $1", producer.id)
    for current, previous in [(FIRST, ""), (SECOND, FIRST), (THIRD, f"{SECOND},{FIRST}")]:
        await rotating.rotate(current, previous)
        assert await statuses(device, producer) == (200, 201)


async def test_a_secret_that_is_no_good_changes_nothing(rotating: Rotating) -> None:
    device, producer = await rotating.hub.device(await rotating.hub.person()), await rotating.hub.producer()
    for current, previous in [("hunter2", FIRST), (SECOND, "hunter2")]:
        await rotating.rotate(current, previous)
        assert rotating.hub.res.masters.ids == [kdf_id_of(FIRST)]
        assert await statuses(device, producer) == (200, 201)


async def test_the_demo_finds_the_same_secrets_after_a_rotation_and_says_what_is_missing(
    rotating: Rotating,
) -> None:
    hub, person = rotating.hub, await rotating.hub.person()
    who = Principal("user", str(person.id), person.id, "user")

    async def both() -> tuple[Any, str]:
        return await devices.ensure(hub.res, who, "desk"), await producers.ensure(hub.res, f"p-{person.id}")

    before = await both()
    await rotating.rotate(SECOND, FIRST)
    assert await both() == before
    await rotating.rotate(SECOND)
    missing = f"{kdf_id_of(FIRST)}; see DEVICE_KEY_KDF_SECRET_PREVIOUS"
    with pytest.raises(NotFound, match=missing):
        await devices.ensure(hub.res, who, "desk")
    with pytest.raises(NotFound, match=missing):
        await producers.ensure(hub.res, f"p-{person.id}")
