"""A terminal that is not heard any more: its owner is told, once, and told again when it is back."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.core import clock
from hub.trading.devices import service
from tests.hubs import Device, Person, RunningHub
from tests.stream.sockets import signed_in

LONG_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
"""Since when they could be heard."""


async def shown(hub: RunningHub, person: Person) -> Any:
    [item] = (await hub.call("GET", "/api/v1/devices/me", headers=person.bearer)).body["items"]
    return item


async def test_its_owner_is_told_once_and_again_when_it_is_back(hub: RunningHub) -> None:
    person = await hub.person()
    device = await hub.device(person)
    assert (await device.poll()).status == 200
    await device.unheard(121)
    async with signed_in(hub, person) as stream:
        await stream.sub(f"devices:{person.id}")
        await asyncio.gather(*(service.watch(hub.res, LONG_SINCE) for _ in range(4)))
        [silent] = await stream.take(1)
        assert (silent["type"], silent["data"]["id"]) == ("device.silent", device.id)
        assert silent["data"] == await shown(hub, person) and silent["data"]["silent_since"] is not None
        assert await service.watch(hub.res, LONG_SINCE) == 0
        polls = await asyncio.gather(*(device.poll() for _ in range(4)))
        assert {poll.status for poll in polls} == {200}
        [heard] = await stream.take(1)
        assert (heard["type"], heard["data"]["silent_since"]) == ("device.heard", None)
        assert await stream.quiet()
    assert (await shown(hub, person))["last_seen_at"] == heard["data"]["last_seen_at"]


async def test_who_was_heard_in_time_is_not_silent(hub: RunningHub) -> None:
    person = await hub.person()
    device = await hub.device(person)
    await device.unheard(110)
    await service.watch(hub.res, LONG_SINCE)
    assert (await shown(hub, person))["silent_since"] is None


async def test_nobody_is_silent_who_could_not_be_heard_for_long_enough(hub: RunningHub) -> None:
    """Redis was away, say, and every poll was turned away: they are given the time that silence takes."""
    person = await hub.person()
    device = await hub.device(person)
    await device.unheard(600)
    assert await service.watch(hub.res, clock.now() - timedelta(seconds=110)) == 0
    assert (await shown(hub, person))["silent_since"] is None
    await service.watch(hub.res, clock.now() - timedelta(seconds=121))
    assert (await shown(hub, person))["silent_since"] is not None


async def test_one_that_was_never_heard_or_is_revoked_is_not_missed(hub: RunningHub) -> None:
    never, gone = await hub.person(), await hub.person()
    await hub.device(never)
    revoked = await hub.device(gone)
    await revoked.unheard(500)
    path = f"/api/v1/devices/{revoked.id}/revoke"
    assert (await hub.call("POST", path, headers=gone.bearer)).status == 200
    await service.watch(hub.res, LONG_SINCE)
    assert [(await shown(hub, person))["silent_since"] for person in (never, gone)] == [None, None]


async def test_a_stranger_s_request_does_not_bring_it_back(hub: RunningHub) -> None:
    person = await hub.person()
    device = await hub.device(person)
    await device.unheard(121)
    await service.watch(hub.res, LONG_SINCE)
    assert (await Device(hub, device.id, b"k" * 32).poll()).status == 401
    assert (await shown(hub, person))["silent_since"] is not None
    assert (await device.poll()).status == 200
    assert (await shown(hub, person))["silent_since"] is None
