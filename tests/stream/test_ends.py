"""A socket does not outlive its session, and nobody has more of them than is good for others."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from hub.core.stream.protocol import FRAMES_AT_ONCE
from hub.core.stream.topics import topics
from tests.hubs import PASSWORD, Person, RunningHub, until
from tests.stream.sockets import Stream, fresh_topic, opened, signed_in, tell


async def login(hub: RunningHub, person: Person) -> str:
    """The token of a session that the database knows."""
    body = {"email": person.email, "password": PASSWORD}
    return str((await hub.call("POST", "/api/v1/auth/login", body)).body["access_token"])


async def admitted(hub: RunningHub, stack: AsyncExitStack, token: str) -> Stream:
    stream = await stack.enter_async_context(opened(hub))
    await stream.auth(token)
    return stream


async def test_the_end_of_a_session_cuts_its_sockets_and_no_other(hub: RunningHub) -> None:
    person, topic = await hub.person(), fresh_topic()
    async with AsyncExitStack() as stack:
        lost, kept = await login(hub, person), await login(hub, person)
        cut = [await admitted(hub, stack, lost) for _ in range(3)]
        stays = [await admitted(hub, stack, kept), await admitted(hub, stack, (await hub.person()).token)]
        for stream in (*cut, *stays):
            await stream.sub(topic)
        bearer = {"authorization": f"Bearer {kept}"}
        ended = await hub.call("DELETE", "/api/v1/auth/sessions", headers=bearer)
        assert ended.status == 204, ended.raw
        assert [await stream.close_code(2) for stream in cut] == [4001] * 3
        await tell(hub, topic, 1)
        assert [len(await stream.take(1)) for stream in stays] == [1, 1]


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [("", "PATCH", {"role": "admin"}), ("/lock", "POST", None)],
)
async def test_another_role_and_a_suspension_cut_at_once(
    hub: RunningHub, path: str, method: str, body: dict[str, Any] | None
) -> None:
    person, owner = await hub.person(), await hub.person("owner")
    async with AsyncExitStack() as stack:
        stream = await admitted(hub, stack, await login(hub, person))
        address = f"/api/v1/users/{person.id}{path}"
        changed = await hub.call(method, address, body, owner.bearer)
        assert changed.status in (200, 204), changed.raw
        assert await stream.close_code(2) == 4001


async def test_what_a_socket_held_is_forgotten_with_it(hub: RunningHub) -> None:
    person, topic = await hub.person(), fresh_topic()
    async with signed_in(hub, person) as stream:
        await stream.sub(topic)
        assert hub.res.sockets.people[person.id] == 1
        stream.connection.transport.abort()
    await until(lambda: person.id not in hub.res.sockets.people and topic not in hub.res.feed.channels)


async def test_a_socket_that_goes_while_it_is_let_in_leaves_nothing(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on, topic, person = asyncio.Event(), asyncio.Event(), fresh_topic(), await hub.person()

    async def slowly(*_: Any) -> None:
        asked.set()
        await go_on.wait()

    monkeypatch.setattr(topics, "admit", slowly)
    async with signed_in(hub, person) as stream:
        await stream.send(op="sub", id=1, topic=topic)
        await asked.wait()
        stream.connection.transport.abort()
    await until(lambda: person.id not in hub.res.sockets.people)
    go_on.set()
    async with signed_in(hub) as other:
        assert await other.quiet()
    assert topic not in hub.res.feed.channels


async def test_a_gap_in_what_ends_makes_everybody_prove_themselves_again(hub: RunningHub) -> None:
    async with signed_in(hub) as stream:
        hub.res.sockets.lost()
        assert await stream.close_code() == 4004


async def test_a_person_may_have_so_many_sockets(hub: RunningHub) -> None:
    person, most = await hub.person(), hub.res.settings.serve.sockets_per_person
    async with AsyncExitStack() as stack:
        first = [await admitted(hub, stack, person.token) for _ in range(most)]
        async with opened(hub) as stream:
            await stream.send(op="auth", token=person.token)
            assert await stream.close_code() == 4005
        assert await first[0].quiet()
        await first[-1].connection.close()
        await until(lambda: hub.res.sockets.people[person.id] == most - 1)
        await admitted(hub, stack, person.token)


async def test_an_address_may_have_so_many_that_say_nothing(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.res.sockets, "_most_unproven", 3)
    async with AsyncExitStack() as stack:
        silent = [await stack.enter_async_context(opened(hub)) for _ in range(3)]
        with pytest.raises(InvalidStatus) as refused:
            await stack.enter_async_context(opened(hub))
        assert refused.value.response.status_code == 429
        await silent[0].auth((await hub.person()).token)
        await stack.enter_async_context(opened(hub))


async def test_a_flood_of_messages_is_cut_off(hub: RunningHub) -> None:
    async with signed_in(hub) as flooder, signed_in(hub) as other:
        for _ in range(FRAMES_AT_ONCE + 50):
            await flooder.send(op="ping")
        assert await flooder.close_code() == 4005
        assert await other.quiet()


async def test_a_flood_of_subscriptions_ends_at_the_limit_of_topics(hub: RunningHub) -> None:
    async with signed_in(hub) as stream:
        for number in range(300):
            await stream.send(op="sub", id=number, topic=f"candles:F{number}")
        answers = [await stream.receive() for _ in range(300)]
        assert [answer["op"] for answer in answers] == ["sub"] * 100 + ["error"] * 200
        assert [answer["id"] for answer in answers] == list(range(300))
