"""Operators see who is connected, on all hubs together."""

from typing import Any

from tests.hubs import Person, RunningHub
from tests.stream.sockets import fresh_topic, opened, signed_in


async def told(hub: RunningHub, owner: Person) -> dict[str, Any]:
    """What an operator is told of this hub; other hubs of the test run come and go."""
    body = (await hub.call("GET", "/api/v1/admin/presence", headers=owner.bearer)).body
    assert body["sockets"] == sum(each["sockets"] for each in body["hubs"])
    [own] = [each for each in body["hubs"] if each["id"] == hub.res.presences.id]
    return dict(own)


async def test_sockets_people_and_topics_are_counted(hub: RunningHub) -> None:
    person, owner = await hub.person(), await hub.person("owner")
    before = await told(hub, owner)
    async with signed_in(hub, person) as one, signed_in(hub, person), opened(hub) as silent:
        await one.sub(fresh_topic())
        now = await told(hub, owner)
        assert now["sockets"] - before["sockets"] == 2
        assert now["people"] - before["people"] == 1
        assert now["topics"]["candles"] >= 1
        theirs = await hub.call("GET", f"/api/v1/admin/presence/{person.id}", headers=owner.bearer)
        assert theirs.body == {"user_id": str(person.id), "sockets": 2, "hubs": {now["id"]: 2}}
        assert silent.connection.state
