"""A TCP proxy between two of our processes that can cut, delay, stall, drip and refuse."""

import asyncio
import random
import socket
from contextlib import suppress

_CHUNK = 65_536
_RECEIVE_BUFFER = 16_384
_DROP, _DRIPPED = 7, 700
"""So many bytes at a time, for so many bytes of each chunk. `_DROP` divides `_DRIPPED`."""
_ENDED = (OSError, asyncio.IncompleteReadError)


class Proxy:
    """Listens on a port of its own and passes on to `target`."""

    def __init__(self, target: int) -> None:
        self.target, self.port = target, 0
        self.delay = 0.0
        self.drip = False
        self.refusing = False
        self.dropping = False
        self.cuts = 0
        self._open: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._server: asyncio.Server | None = None

    async def start(self) -> "Proxy":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        if self._server:
            self._server.close()
        self.heal()
        tasks = list(self._open)
        self.cut()
        await asyncio.gather(*tasks, return_exceptions=True)

    def cut(self, share: float = 1.0, chance: random.Random | None = None) -> int:
        """Reset connections, each with probability `share`; how many."""
        chosen = [task for task in self._open if chance is None or chance.random() < share]
        for task in chosen:
            for writer in self._open[task]:
                writer.transport.abort()
            task.cancel()
        self.cuts += len(chosen)
        return len(chosen)

    def stall(self) -> None:
        """Nothing passes, and nobody is told: buffers fill."""
        self._flowing.clear()

    def heal(self) -> None:
        """Everything passes again, at once."""
        self.delay, self.drip, self.refusing = 0.0, False, False
        self._flowing.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._open[task] = [writer]
        try:
            if not self.refusing:
                await self._join(reader, writer, task)
        except (*_ENDED, asyncio.CancelledError):
            pass
        finally:
            for each in self._open.pop(task):
                each.transport.abort() if self.refusing else each.close()

    async def _join(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, task: asyncio.Task[None]
    ) -> None:
        back_reader, back = await asyncio.open_connection(sock=await _connected(self.target))
        self._open[task].append(back)
        up = asyncio.ensure_future(self._pump(reader, back, down=False))
        down = asyncio.ensure_future(self._pump(back_reader, writer, down=True))
        try:
            await asyncio.wait([up, down], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (up, down):
                each.cancel()
            await asyncio.gather(up, down, return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, down: bool) -> None:
        with suppress(*_ENDED):
            while data := await source.read(_CHUNK):
                if down and self.dropping and not self._flowing.is_set():
                    await self._drop(source, data)
                    continue
                await self._flowing.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self._pass(sink, data)

    async def _pass(self, sink: asyncio.StreamWriter, data: bytes) -> None:
        dripped = _DRIPPED if self.drip else 0
        for start in range(0, min(dripped, len(data)), _DROP):
            sink.write(data[start : start + _DROP])
            await asyncio.sleep(0)
        sink.write(data[dripped:])
        await sink.drain()

    async def _drop(self, source: asyncio.StreamReader, data: bytes) -> None:
        """Lose whole WebSocket frames, as a hub would that throws away what a slow client does not take."""
        position = 0
        while True:
            while len(data) < position + 10:
                data += await source.readexactly(position + 10 - len(data))
            position += _frame_length(data[position : position + 10])
            if position >= len(data):
                await source.readexactly(position - len(data))
                return


def _frame_length(head: bytes) -> int:
    short = head[1] & 0x7F
    if short < 126:
        return 2 + short
    if short == 126:
        return 4 + int.from_bytes(head[2:4])
    return 10 + int.from_bytes(head[2:10])


async def _connected(port: int) -> socket.socket:
    """With a small receive buffer, so that a stall is felt at the other end soon."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    sock.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    except BaseException:
        sock.close()
        raise
    return sock
