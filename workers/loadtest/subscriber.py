"""Many WebSocket subscribers in one process: raw protocol, no library, timestamps as bytes arrive."""

import asyncio
import base64
import os
import struct
import time
from urllib.parse import urlsplit

CREATED = b'"created_at":"'


class Subscriber(asyncio.Protocol):
    """Upgrades, says `hello` messages, then notes when each text frame came, and its `created_at`."""

    def __init__(
        self, host: str, path: str, subprotocol: str, hello: list[bytes], seen: list[tuple[float, bytes]]
    ) -> None:
        self._host, self._path, self._subprotocol, self._hello = host, path, subprotocol, hello
        self._seen, self._buffer, self._open = seen, b"", False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._expected = len(hello)
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        key = base64.b64encode(os.urandom(16)).decode()
        protocol = f"sec-websocket-protocol: {self._subprotocol}\r\n" if self._subprotocol else ""
        self.transport.write(
            f"GET {self._path} HTTP/1.1\r\nhost: {self._host}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            f"sec-websocket-key: {key}\r\nsec-websocket-version: 13\r\n{protocol}\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self._buffer += data
        if not self._open:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            assert b" 101 " in head.split(b"\r\n")[0], head
            self._open, self._buffer = True, rest
            for message in self._hello:
                self.transport.write(masked(message))
            if not self._hello:
                self.ready.set_result(None)
        while (frame := self._frame()) is not None:
            self._take(now, frame)

    def _take(self, now: float, frame: bytes) -> None:
        if self.ready.done():
            at = frame.find(CREATED) + len(CREATED)
            self._seen.append((now, frame[at : at + 27]))
            return
        self._expected -= 1
        if self._expected == 0:
            self.ready.set_result(None)

    def _frame(self) -> bytes | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1] & 0x7F, 2
        if size == 126:
            if len(buffer) < 4:
                return None
            size, start = struct.unpack_from("!H", buffer, 2)[0], 4
        if len(buffer) < start + size:
            return None
        self._buffer = buffer[start + size :]
        return buffer[start : start + size]


def masked(payload: bytes) -> bytes:
    """A client's text frame; a mask of zeros leaves the payload as it is."""
    size = len(payload)
    head = (
        struct.pack("!BB", 0x81, 0x80 | size) if size < 126 else struct.pack("!BBH", 0x81, 0x80 | 126, size)
    )
    return head + b"\0\0\0\0" + payload


async def subscribe(
    base_url: str,
    path: str,
    subprotocol: str,
    hello: list[bytes],
    count: int,
    seen: list[tuple[float, bytes]],
) -> list[Subscriber]:
    """Open `count` sockets, 50 at a time, and wait until each had an answer to every hello."""
    where, loop, opened = urlsplit(base_url), asyncio.get_running_loop(), []
    for start in range(0, count, 50):
        batch = [
            await loop.create_connection(
                lambda: Subscriber(where.netloc, path, subprotocol, hello, seen), where.hostname, where.port
            )
            for _ in range(start, min(start + 50, count))
        ]
        await asyncio.gather(*(subscriber.ready for _, subscriber in batch))
        opened += [subscriber for _, subscriber in batch]
    return opened
