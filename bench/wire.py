"""A load generator: keep-alive connections, requests made beforehand, open or closed loop."""

import asyncio
import time
from urllib.parse import urlsplit

from msgspec import Struct


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


class _Connection(asyncio.Protocol):
    """One request at a time; the answers are small and come whole or in parts."""

    def __init__(self) -> None:
        self._buffer = b""
        self.waiting: asyncio.Future[int] | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0])
        if len(body) >= length and self.waiting:
            self._buffer = body[length:]
            self.waiting.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self.waiting and not self.waiting.done():
            self.waiting.set_exception(exc or ConnectionError("closed"))

    async def send(self, request: bytes) -> int:
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self.waiting


async def load(
    base_url: str, requests: list[bytes], *, connections: int, rate: float | None = None
) -> Result:
    """Send every request; `rate` (a second) makes the loop open: latency counts from the intended time."""
    where = urlsplit(base_url)
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(_Connection, where.hostname, where.port) for _ in range(connections)
    ]
    result, queue = Result({}, [], 0), iter(enumerate(requests))
    began = time.perf_counter()

    async def drive(connection: _Connection) -> None:
        for number, request in queue:
            intended = began + number / rate if rate else time.perf_counter()
            if (early := intended - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            status = await connection.send(request)
            result.latencies.append(time.perf_counter() - intended)
            result.statuses[status] = result.statuses.get(status, 0) + 1

    await asyncio.gather(*(drive(connection) for _, connection in opened))
    result.seconds = time.perf_counter() - began
    for transport, _ in opened:
        transport.close()
    return result


def request(method: str, path: str, host: str, headers: dict[str, str], body: bytes) -> bytes:
    """The bytes of one HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", f"host: {host}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
