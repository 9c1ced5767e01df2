"""Many sockets on `signals`, each knowing where it stands, so that it can come back there."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from workers.loadtest.address import Address
from workers.loadtest.calls import SUBPROTOCOL, Calls
from workers.loadtest.subscriber import Subscriber

Got = Callable[[int, float, bytes], None]
"""Who, when (perf_counter), what."""


class _Subscribed(Struct, frozen=True):
    epoch: str
    offset: int
    recovered: bool


class _Offset(Struct, frozen=True):
    offset: int = 0


_subscribed = msgspec.json.Decoder(_Subscribed).decode
_offset = msgspec.json.Decoder(_Offset).decode


class Listener:
    """One of them."""

    def __init__(self, number: int, got: Got) -> None:
        self.number, self._got = number, got
        self.socket: Subscriber | None = None
        self.epoch, self._last, self._offset = "", b"", 0
        self.recovered = True

    def take(self, now: float, message: bytes) -> None:
        self._last = message
        self._got(self.number, now, message)

    @property
    def since(self) -> tuple[str, int]:
        """Where it stands: behind the last event it got."""
        return self.epoch, max(self._offset, _offset(self._last).offset if self._last else 0)

    async def open(self, address: Address, calls: Calls, *, resume: bool = False) -> None:
        """Open, authenticate, subscribe; `Refused`, ConnectionError or OSError."""
        hello = calls.hello(self.number, self.since if resume else None)
        self.socket = await address.connect(
            lambda: Subscriber(address.authority, "/ws", SUBPROTOCOL, hello, self.take)
        )
        await self.socket.ready
        found = _subscribed(self.socket.answers[1])
        self.epoch, self._offset, self._last = found.epoch, found.offset, b""
        self.recovered = found.recovered or not resume

    @property
    def alive(self) -> bool:
        return self.socket is not None and not self.socket.closed.done()

    async def cut(self) -> None:
        """Gone, without a word."""
        if self.socket:
            self.socket.transport.abort()
            await self.socket.closed


class Listeners:
    """All of them."""

    def __init__(self, address: Address, calls: Calls, count: int, got: Got) -> None:
        self._address, self._calls = address, calls
        self.all = [Listener(number, got) for number in range(count)]

    async def open(self, *, at_once: int = 50, opened: Callable[[], None] = lambda: None) -> None:
        """Open every socket, so many at a time."""
        gate = asyncio.Semaphore(at_once)

        async def one(listener: Listener) -> None:
            async with gate:
                await listener.open(self._address, self._calls)
                opened()

        async with asyncio.TaskGroup() as group:
            for listener in self.all:
                group.create_task(one(listener))

    def codes(self) -> dict[int, int]:
        """How many sockets the hub has closed, by code."""
        found: dict[int, int] = {}
        for listener in self.all:
            if listener.socket and listener.socket.closed.done():
                code = listener.socket.closed.result()
                found[code] = found.get(code, 0) + 1
        return found

    def close(self) -> None:
        for listener in self.all:
            if listener.socket:
                listener.socket.transport.close()

    async def cut(self, some: Sequence[Listener] | None = None) -> None:
        await asyncio.gather(*(listener.cut() for listener in (self.all if some is None else some)))
