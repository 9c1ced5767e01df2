"""A reader that does not read is closed, and nobody else notices."""

import asyncio
import base64
import os
import socket

from hub.core.stream.frames import frame as built
from tests.hubs import RunningHub, until
from tests.stream.sockets import fresh_topic, signed_in, tell


def masked(payload: bytes) -> bytes:
    """A client's frame; a mask of zeros is a mask."""
    frame = built(payload)
    head = 2 if frame[1] < 126 else 4
    return frame[:1] + bytes([frame[1] | 0x80]) + frame[2:head] + bytes(4) + payload


async def raw_socket(hub: RunningHub) -> socket.socket:
    """A socket with the smallest buffer there is, after a handshake."""
    host, port = hub.base_url.removeprefix("http://").split(":")
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    key = base64.b64encode(os.urandom(16)).decode()
    raw.setblocking(True)
    raw.connect((host, int(port)))
    raw.sendall(
        f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: caerus.v1.json\r\n\r\n".encode()
    )
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
