"""A WebSocket subscriber without a library: many of them must be cheaper than the hub that serves them."""

import asyncio
import base64
import os
import struct
import time
from collections.abc import Callable, Sequence

from workers.loadtest.address import Address

Take = Callable[[float, bytes], None]
"""When the bytes came (perf_counter), and a message."""


class Refused(Exception):
    """The hub did not open a socket, or did not answer its first messages."""


class Subscriber(asyncio.Protocol):
    """Upgrades, says its hellos; each is answered once. What comes after goes to `take`."""

    def __init__(self, host: str, path: str, subprotocol: str, hello: Sequence[bytes], take: Take) -> None:
        self._host, self._path, self._subprotocol, self._hello = host, path, subprotocol, hello
        self._take, self._buffer, self._open = take, b"", False
        self.answers: list[bytes] = []
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """The close code; 1006 without one."""
        self._code = 1006
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.transport.write(upgrade(self._host, self._path, self._subprotocol))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(Refused(f"a socket ended with {self._code} before it was subscribed"))
        if not self.closed.done():
            self.closed.set_result(self._code)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self._buffer += data
        if not self._open and not self._upgraded():
            return
        while (found := self._frame()) is not None:
            opcode, payload = found
            if opcode < 3:
                self._message(now, payload)
            else:
                self._control(opcode, payload)

    def _upgraded(self) -> bool:
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return False
        if b" 101 " not in head.split(b"\r\n")[0]:
            self.ready.set_exception(Refused(head.split(b"\r\n")[0].decode("latin-1")))
            self.transport.abort()
            return False
        self._open, self._buffer = True, rest
        self.transport.write(b"".join(masked(message) for message in self._hello))
        if not self._hello:
            self.ready.set_result(None)
        return True

    def _message(self, now: float, payload: bytes) -> None:
        if len(self.answers) == len(self._hello):
            self._take(now, payload)
            return
        self.answers.append(payload)
        if payload.startswith(b'{"op":"error"') and not self.ready.done():
            self.ready.set_exception(Refused(payload.decode()))
        elif len(self.answers) == len(self._hello) and not self.ready.done():
            self.ready.set_result(None)

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == 9:
            self.transport.write(masked(payload, 10))
        elif opcode == 8:
            self._code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
            self.transport.close()

    def _frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1] & 0x7F, 2
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(buffer) < start:
                return None
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return None
        self._buffer = buffer[start + size :]
        return buffer[0] & 0x0F, buffer[start : start + size]


def upgrade(host: str, path: str, subprotocol: str = "") -> bytes:
    """A client's side of the handshake."""
    key = base64.b64encode(os.urandom(16)).decode()
    protocol = f"sec-websocket-protocol: {subprotocol}\r\n" if subprotocol else ""
    return (
        f"GET {path} HTTP/1.1\r\nhost: {host}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        f"sec-websocket-key: {key}\r\nsec-websocket-version: 13\r\n{protocol}\r\n".encode()
    )


def masked(payload: bytes, opcode: int = 1) -> bytes:
    """A client's frame; a mask of zeros leaves the payload as it is."""
    size, first = len(payload), 0x80 | opcode
    head = (
        struct.pack("!BB", first, 0x80 | size) if size < 126 else struct.pack("!BBH", first, 0x80 | 126, size)
    )
    return head + b"\0\0\0\0" + payload


async def subscribe(
    base_url: str, path: str, subprotocol: str, hello: Sequence[bytes], count: int, take: Take
) -> list[Subscriber]:
    """Open `count` sockets, 50 at a time, and wait until each had an answer to every hello."""
    address, opened = Address.of(base_url), []
    for start in range(0, count, 50):
        batch = [
            await address.connect(lambda: Subscriber(address.authority, path, subprotocol, hello, take))
            for _ in range(start, min(start + 50, count))
        ]
        await asyncio.gather(*(subscriber.ready for subscriber in batch))
        opened += batch
    return opened
