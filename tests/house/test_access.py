"""Every route and topic, crossed with every kind of caller and with somebody else's object.

Two hub processes answer by turns and Redis is emptied by a restart half-way: neither changes an answer.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from hub.core.embedded import Endpoints
from hub.core.embedded.valkey import Valkey
from hub.core.settings import Settings
from hub.core.stream.topics import topics
from hub.core.web import PREFIX
from hub.rooms import APIS
from tests.house.access import CALLERS, ROUTES, TOPICS, outcomes
from tests.house.callers import Callers, made
from tests.hubs import RunningHub, running_hub
from tests.stream.sockets import opened

FOUND = [endpoint.route.replace(f" {PREFIX}", " ") for api in APIS for endpoint in api.endpoints]
SCOPES = {
    endpoint.route.replace(f" {PREFIX}", " "): endpoint.guard.scope
    for api in APIS
    for endpoint in api.endpoints
}


def test_every_route_is_in_the_table_and_nothing_else() -> None:
    assert sorted(ROUTES) == sorted(FOUND)


def test_every_topic_is_in_the_table_and_nothing_else() -> None:
    assert sorted(TOPICS) == sorted(topic.template for topic in topics.by_namespace.values())


def test_the_table_knows_every_caller() -> None:
    for rule in set(ROUTES.values()):
        assert outcomes(rule).keys() == set(CALLERS)


class Pair:
    """Two hubs on one database, and a Redis that loses everything in a restart."""

    def __init__(self, first: RunningHub, second: RunningHub, valkey: Valkey) -> None:
        self.hubs, self._valkey = (first, second), valkey

    async def lose_redis(self) -> None:
        self._valkey.stop()
        for path in sorted((self._valkey.home / "valkey").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        await asyncio.to_thread(self._valkey.start)


@pytest.fixture
async def pair(
    settings: Settings, servers: Endpoints, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Pair]:
    valkey = Valkey(tmp_path_factory.mktemp("valkey"), "test")
    valkey.start()
    try:
        async with (
            running_hub(settings, servers.dsn, valkey.url()) as first,
            running_hub(settings, servers.dsn, valkey.url()) as second,
        ):
            yield Pair(first, second, valkey)
    finally:
        valkey.stop()


async def told(hub: RunningHub, callers: Callers, name: str, route: str) -> Any:
    method, _, path = route.partition(" ")
    path = PREFIX + re.sub(r"{\w+}", lambda _: str(uuid4()), path)
    raw = b"{}" if method in ("POST", "PUT", "PATCH") else None
    answer = await callers.of(name, SCOPES[route])(hub, method, path, raw)
    assert answer.status < 500, (route, name, answer.raw)
    return answer.status if answer.status in (401, 403) else "in"


async def test_everybody_gets_what_the_table_says(pair: Pair) -> None:
    callers = await made(pair.hubs[0])
    wrong, half = [], len(ROUTES) // 2
    for number, (route, rule) in enumerate(ROUTES.items()):
        if number == half:
            await pair.lose_redis()
        for name, expected in outcomes(rule).items():
            found = await told(pair.hubs[number % 2], callers, name, route)
            if found != expected:
                wrong.append((route, name, f"expected {expected}, found {found}"))
    assert wrong == []


async def reads(hub: RunningHub, token: str, topic: str) -> bool:
    """Whether a socket of this person gets the topic; what is refused is refused with a problem."""
    async with opened(hub) as stream:
        await stream.auth(token)
        await stream.send(op="sub", id=1, topic=topic)
        answer = await stream.receive()
    assert answer["op"] == "sub" or answer["problem"]["status"] in (403, 404)
    return bool(answer["op"] == "sub")


@pytest.mark.parametrize("template", TOPICS)
async def test_a_topic_is_read_by_whom_the_table_says(hub: RunningHub, template: str) -> None:
    person, other, owner = await hub.person(), await hub.person(), await hub.person("owner")
    topic = template.format(symbol="XAUUSD", user_id=person.id)
    told = [await reads(hub, each.token, topic) for each in (person, other, owner)]
    expected = {
        "everybody signed in": [True] * 3,
        "its person": [True, False, False],
        "owners": [False, False, True],
        "nobody": [False] * 3,
    }
    assert told == expected[TOPICS[template]]
    weak = hub.token(owner.id, "owner", ("pwd",))
    async with opened(hub) as stream:
        await stream.send(op="auth", token=weak)
        assert await stream.close_code() == 4001
