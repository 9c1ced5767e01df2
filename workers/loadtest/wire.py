"""HTTP/1.1 for load: keep-alive connections, requests made beforehand, open or closed loop."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

from msgspec import Struct

from workers.loadtest.address import Address


class Answer(Struct, frozen=True):
    """What came back, and when (monotonic seconds)."""

    status: int
    body: bytes
    at: float


class Result(Struct):
    """Statuses counted, and latencies in seconds from the intended send time."""

    statuses: dict[int, int]
    latencies: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        return sum(self.statuses.values()) / self.seconds

    def percentile(self, q: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * q), len(ordered) - 1)] * 1000


class Connection(asyncio.Protocol):
    """One request at a time; an answer comes whole or in parts, and names its length."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: asyncio.Future[Answer] | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) >= length and self._waiting and not self._waiting.done():
            self._buffer = body[length:]
            self._waiting.set_result(Answer(int(head[9:12]), body[:length], now))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionError("the hub closed the connection"))

    @property
    def usable(self) -> bool:
        return not self.transport.is_closing()

    async def send(self, request: bytes) -> Answer:
        """One request, and its answer."""
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._waiting


class Pool:
    """At most `most` connections, opened when they are needed; who waits for one waits in line."""

    def __init__(self, address: Address, most: int) -> None:
        self._address, self._free = address, asyncio.Semaphore(most)
        self._idle: deque[Connection] = deque()

    async def send(self, request: bytes) -> Answer:
        """One request; ConnectionError or OSError if the hub is away."""
        async with self._free:
            connection = self._taken() or await self._address.connect(Connection)
            try:
                answer = await connection.send(request)
            except BaseException:
                connection.transport.abort()
                raise
            self._idle.append(connection)
            return answer

    def _taken(self) -> Connection | None:
        while self._idle:
            if (connection := self._idle.pop()).usable:
                return connection
        return None

    def close(self) -> None:
        for connection in self._idle:
            connection.transport.close()


def request(method: str, path: str, host: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of one HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", f"host: {host}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def paced(
    rate: float, count: int, send: Callable[[int, float], Awaitable[None]], *, connections: int | None = None
) -> None:
    """Open loop: `send(number, intended)` begins at its intended time (perf_counter), whatever the others do.

    With `connections`, so many drive, each waiting for its answer; a late one is measured from when it was
    meant to go, so that a stall shows in full.
    """
    began, numbers = time.perf_counter(), iter(range(count))

    async def drive() -> None:
        for number in numbers:
            intended = began + number / rate
            if (early := intended - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            await send(number, intended)

    async with asyncio.TaskGroup() as group:
        for _ in range(connections or count):
            group.create_task(drive())


async def load(
    base_url: str, requests: list[bytes], *, connections: int, rate: float | None = None
) -> Result:
    """Send every request; `rate` (a second) makes the loop open: latency counts from the intended time."""
    address, result, queue = Address.of(base_url), Result({}, [], 0), iter(enumerate(requests))
    opened = [await address.connect(Connection) for _ in range(connections)]
    began = time.perf_counter()

    async def drive(connection: Connection) -> None:
        for number, request in queue:
            intended = began + number / rate if rate else time.perf_counter()
            if (early := intended - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            answer = await connection.send(request)
            result.latencies.append(time.perf_counter() - intended)
            result.statuses[answer.status] = result.statuses.get(answer.status, 0) + 1

    await asyncio.gather(*(drive(connection) for connection in opened))
    result.seconds = time.perf_counter() - began
    for connection in opened:
        connection.transport.close()
    return result
