"""A scene on a real hub, a proxy that does harm to one event, and a server that stalls."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.hubs import RunningHub
from workers.loadtest.address import Address
from workers.loadtest.identities import Identities, prepare
from workers.loadtest.scene import Scene

TERMINALS = 3


async def identities(hub: RunningHub) -> Identities:
    return await prepare(hub.res, people=5, terminals=TERMINALS)


def scene(url: str, who: Identities, *, grace: float = 20) -> Scene:
    return Scene(Address.of(url), who, grace=grace)


@asynccontextmanager
async def served(handle) -> AsyncIterator[str]:
    """`handle(reader, writer)` on a port; its URL."""
    tasks = set()

    async def kept(reader, writer) -> None:
        tasks.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await handle(reader, writer)
        writer.close()

    server = await asyncio.start_server(kept, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Harm:
    """Between a generator and a hub: one socket gets one created signal `times` times (0: it is lost)."""

    def __init__(self, hub_url: str, times: int) -> None:
        self._hub, self._times, self.done = Address.of(hub_url), times, False

    async def __call__(self, reader, writer) -> None:
        from_hub, to_hub = await asyncio.open_connection(self._hub.host, self._hub.port)
        up = asyncio.ensure_future(self._up(reader, to_hub))
        try:
            head = await from_hub.readuntil(b"\r\n\r\n")
            writer.write(head)
            if b" 101 " not in head:
                await self._rest(from_hub, writer)
            while True:
                writer.write(self._harmed(await _frame(from_hub)))
        finally:
            up.cancel()
            to_hub.close()

    async def _up(self, reader, to_hub) -> None:
        while data := await reader.read(65_536):
            to_hub.write(data)
        to_hub.close()

    async def _rest(self, from_hub, writer) -> None:
        while data := await from_hub.read(65_536):
            writer.write(data)

    def _harmed(self, frame: bytes) -> bytes:
        if self.done or b'"type":"signal.created"' not in frame:
            return frame
        self.done = True
        return frame * self._times


async def _frame(reader) -> bytes:
    head = await reader.readexactly(2)
    extended = await reader.readexactly({126: 2, 127: 8}.get(head[1], 0))
    size = int.from_bytes(extended, "big") if extended else head[1]
    return head + extended + await reader.readexactly(size)


class Stalls:
    """Answers every request at once, but for one, which holds its connection up."""

    def __init__(self, at: int, seconds: float) -> None:
        self._at, self._seconds, self.answered = at, seconds, 0

    async def __call__(self, reader, writer) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            if self.answered == self._at:
                await asyncio.sleep(self._seconds)
            self.answered += 1
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
