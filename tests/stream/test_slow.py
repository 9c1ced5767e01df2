"""A reader that does not read is closed, and nobody else notices."""

import asyncio
import socket

from tests.hubs import RunningHub, until
from tests.stream.sockets import PROTOCOL, fresh_topic, signed_in, tell
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
