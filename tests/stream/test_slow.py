"""A reader that does not read is closed, and nobody else notices."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hub.core.stream.protocol import StreamProtocol
from hub.core.stream.subscription import Subscription
from tests.hubs import RunningHub, until
from tests.stream.sockets import PROTOCOL, fresh_topic, minted, relayed, signed_in, tell
from workers.loadtest.subscriber import masked, upgrade


async def raw_socket(hub: RunningHub) -> socket.socket:
    """A socket with the smallest buffer there is, after a handshake."""
    host, port = hub.base_url.removeprefix("http://").split(":")
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    raw.setblocking(True)
    raw.connect((host, int(port)))
    raw.sendall(upgrade(f"{host}:{port}", "/ws", PROTOCOL))
    raw.setblocking(False)
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += await asyncio.get_running_loop().sock_recv(raw, 1_024)
    assert answer.startswith(b"HTTP/1.1 101")
    return raw


async def test_a_reader_that_does_not_keep_up_is_closed_and_the_others_get_everything(
    hub: RunningHub,
) -> None:
    topic, person, count = fresh_topic(), await hub.person(), 120
    loop, slow = asyncio.get_running_loop(), await raw_socket(hub)
    channel = hub.res.feed.channels
    await loop.sock_sendall(slow, masked(b'{"op":"auth","token":"%s"}' % person.token.encode()))
    await loop.sock_sendall(slow, masked(b'{"op":"sub","id":1,"topic":"%s"}' % topic.encode()))
    await until(lambda: topic in channel and len(channel[topic]) == 1)
    async with signed_in(hub) as quick:
        await quick.sub(topic)
        assert len(channel[topic]) == 2
        received = []
        for start in range(1, count + 1, 4):
            await tell(hub, topic, 4, start=start, size=60_000)
            received += await quick.take(4)
        assert [event["data"]["n"] for event in received] == list(range(1, count + 1))
        await until(lambda: len(channel[topic]) == 1)
        await tell(hub, topic, 1, start=count + 1)
        assert len(await quick.take(1)) == 1
    slow.close()


@asynccontextmanager
async def deaf_client(hub: RunningHub, token: str) -> AsyncIterator[tuple[socket.socket, StreamProtocol]]:
    """A client that does not read; so much waits for it that its connection cannot be written out."""
    topic, loop, channels, number = fresh_topic(), asyncio.get_running_loop(), hub.res.feed.channels, 0
    with await raw_socket(hub) as raw:
        await loop.sock_sendall(raw, masked(b'{"op":"auth","token":"%s"}' % token.encode()))
        await loop.sock_sendall(raw, masked(b'{"op":"sub","id":1,"topic":"%s"}' % topic.encode()))
        await until(lambda: topic in channels and len(channels[topic]) == 1)
        [subscription] = channels[topic].members()
        assert isinstance(subscription, Subscription)
        connection = subscription.outlet
        assert isinstance(connection, StreamProtocol)
        while not connection.transport.get_write_buffer_size():
            number += 1
            await tell(hub, topic, 1, start=number, size=60_000)
            await until(lambda: relayed(hub, topic))
        connection.close_timeout = 0.1
        yield raw, connection


@pytest.mark.parametrize(
    "end", ["its token ends", "it answers no ping", "it says that it goes", "it breaks a rule"]
)
async def test_who_does_not_read_is_freed_however_it_ends(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr("hub.core.stream.protocol._LINGER_SECONDS", 0.2)
    loop, person = asyncio.get_running_loop(), await hub.person()
    token = minted(hub, person, seconds=3) if end == "its token ends" else person.token
    async with deaf_client(hub, token) as (raw, connection):
        if end == "it answers no ping":
            connection.ping_timeout = 0.1
            connection.send_keepalive_ping()
        elif end == "it says that it goes":
            await loop.sock_sendall(raw, masked((1000).to_bytes(2), opcode=8))
        elif end == "it breaks a rule":
            await loop.sock_sendall(raw, masked(b"\xff"))
        await until(lambda: person.id not in hub.res.sockets.people)
