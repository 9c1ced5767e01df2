"""Who may open a socket, and what they may ask for."""

from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from hub.core.stream import socket
from tests.hubs import RunningHub
from tests.stream.sockets import minted, opened, signed_in


async def test_the_first_message_signs_in(hub: RunningHub) -> None:
    person = await hub.person()
    async with opened(hub) as stream:
        ready = await stream.auth(person.token)
        assert stream.connection.subprotocol == "caerus.v1.json"
        assert ready["session"] and ready["heartbeat"] == 25


@pytest.mark.parametrize(
    "message",
    [
        {"op": "ping"},
        {"op": "sub", "id": 1, "topic": "signals"},
        {"op": "auth", "token": "not a token"},
        {"op": "auth", "token": ""},
    ],
)
async def test_whoever_does_not_sign_in_first_is_shown_out(
    hub: RunningHub, message: dict[str, object]
) -> None:
    async with opened(hub) as stream:
        await stream.send(**message)
        assert await stream.close_code() == 4001


async def test_whoever_says_nothing_is_shown_out(hub: RunningHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "_AUTH_SECONDS", 0.2)
    async with opened(hub) as stream:
        assert await stream.close_code(seconds=5) == 4001


@pytest.mark.parametrize(
    "text", ["", "no json", "[]", "{}", '{"op":"shout"}', '{"op":"ping","x":1}', '{"op":"sub"}']
)
async def test_what_is_no_message_is_a_protocol_error(hub: RunningHub, text: str) -> None:
    async with signed_in(hub) as stream:
        await stream.connection.send(text)
        assert await stream.close_code() == 4002


@pytest.mark.parametrize("data", [b"\x00\x01", "x" * 20_000])
async def test_binary_and_oversized_messages_are_protocol_errors(hub: RunningHub, data: bytes | str) -> None:
    async with signed_in(hub) as stream:
        await stream.connection.send(data)
        assert await stream.close_code() == 4002


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
async def test_pages_of_other_origins_are_refused(hub: RunningHub, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(hub, origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_our_own_pages_may_open_the_stream(hub: RunningHub) -> None:
    person = await hub.person()
    async with opened(hub, origin=hub.base_url) as stream:
        assert await stream.auth(person.token)


@pytest.mark.parametrize("protocols", [(), ("caerus.v2.json",), ("graphql-ws", "mqtt")])
async def test_another_subprotocol_is_refused(hub: RunningHub, protocols: tuple[str, ...]) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(hub, protocols=protocols):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "gossip",
        "signals:1",
        "approvals",
        "approvals:",
        "approvals:me",
        "candles:A:B",
        "x" * 500,
        "signals ",
    ],
)
async def test_what_is_no_topic_is_not_found(hub: RunningHub, topic: str) -> None:
    async with signed_in(hub) as stream:
        error = await stream.refused(op="sub", id=7, topic=topic)
        assert (error["id"], error["problem"]["status"]) == (7, 404)
        assert await stream.quiet()


@pytest.mark.parametrize("namespace", ["approvals", "executions", "commands"])
@pytest.mark.parametrize("role", ["user", "admin", "owner"])
async def test_somebody_else_s_topics_are_refused(hub: RunningHub, namespace: str, role: str) -> None:
    other = await hub.person()
    async with signed_in(hub, await hub.person(role)) as stream:
        error = await stream.refused(op="sub", id=1, topic=f"{namespace}:{other.id}")
        assert error["problem"]["status"] == 403


async def test_even_its_own_commands_are_not_for_a_socket(hub: RunningHub) -> None:
    person = await hub.person()
    async with signed_in(hub, person) as stream:
        error = await stream.refused(op="sub", id=1, topic=f"commands:{person.id}")
        assert error["problem"]["status"] == 403


async def test_a_socket_may_have_a_hundred_topics(hub: RunningHub) -> None:
    async with signed_in(hub) as stream:
        for _ in range(100):
            await stream.sub(f"candles:{uuid4().hex}")
        error = await stream.refused(op="sub", id=101, topic="signals")
        assert error["problem"]["status"] == 400


async def test_a_socket_is_closed_when_its_token_ends(hub: RunningHub) -> None:
    person = await hub.person()
    async with opened(hub) as stream:
        await stream.auth(minted(hub, person, seconds=2))
        assert await stream.quiet()
        assert await stream.close_code(seconds=5) == 4001


async def test_a_renewed_token_keeps_it_open_with_its_topics(hub: RunningHub) -> None:
    person = await hub.person()
    async with opened(hub) as stream:
        await stream.auth(minted(hub, person, seconds=2))
        await stream.sub("signals")
        await stream.auth(person.token)
        with pytest.raises(TimeoutError):
            await stream.receive(seconds=2.2)  # the first token has ended meanwhile
        await (await hub.producer()).opened()
        assert [event["type"] for event in await stream.take(1)] == ["signal.created"]


async def test_a_token_of_another_person_closes_the_socket(hub: RunningHub) -> None:
    other = await hub.person()
    async with signed_in(hub) as stream:
        await stream.send(op="auth", token=other.token)
        assert await stream.close_code() == 4001


async def test_an_expired_token_does_not_sign_in(hub: RunningHub) -> None:
    async with opened(hub) as stream:
        await stream.send(op="auth", token=minted(hub, await hub.person(), seconds=-1))
        assert await stream.close_code() == 4001
