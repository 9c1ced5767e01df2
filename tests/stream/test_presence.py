"""Operators see who is connected, on all hubs together."""

import time

import pytest

from tests.hubs import RunningHub
from tests.stream.sockets import fresh_topic, opened, signed_in


async def test_sockets_people_and_topics_are_counted(hub: RunningHub) -> None:
    person, owner = await hub.person(), await hub.person("owner")
    before = (await hub.call("GET", "/api/v1/admin/presence", headers=owner.bearer)).body
    async with signed_in(hub, person) as one, signed_in(hub, person), opened(hub) as silent:
        await one.sub(fresh_topic())
        now = (await hub.call("GET", "/api/v1/admin/presence", headers=owner.bearer)).body
        assert now["sockets"] - before["sockets"] == 2
        assert now["people"] - before["people"] == 1
        [own] = [each for each in now["hubs"] if each["id"] == hub.res.presences.id]
        assert own["topics"]["candles"] >= 1
        theirs = await hub.call("GET", f"/api/v1/admin/presence/{person.id}", headers=owner.bearer)
        assert theirs.body == {"user_id": str(person.id), "sockets": 2, "hubs": {own["id"]: 2}}
        assert silent.connection.state


async def test_a_hub_that_says_nothing_more_is_counted_no_more(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.res.presences, "id", "gone:1")
    await hub.res.presences.tell()
    monkeypatch.undo()
    assert "gone:1" in [each.id for each in (await hub.res.presences.all()).hubs]
    await hub.res.redis.zadd("caerus:presence", {"gone:1": time.time() - 61})
    assert [each.id for each in (await hub.res.presences.all()).hubs] == [hub.res.presences.id]
