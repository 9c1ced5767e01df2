"""Who makes the broadcasts: on the hub's bus as the relay does, or through a peer's /publish."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlsplit

from hub.core.bus import Bus, Published
from hub.core.redis import open_single
from workers.loadtest.subscriber import masked, upgrade

TOPIC = "candles:BENCH"
_PAD = "x" * 40


def message(number: int, stamp: int) -> bytes:
    """About 200 bytes, the form of the stream's events; `t` is the intended send time."""
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    head = f'{{"op":"event","topic":"{TOPIC}","offset":{number + 1},"type":"candle.closed","at":"{at}",'
    return (head + f'"data":{{"n":{number},"t":{stamp},"pad":"{_PAD}"}}}}').encode()


class Publisher(Protocol):
    """Sends broadcasts; `next` is the number of the coming one."""

    next: int

    async def publish(self, count: int, stamp: int | None = None) -> None:
        """So many at once, in order."""

    async def close(self) -> None: ...


class OnBus:
    """`Bus.publish`: what the relay does with what was committed."""

    def __init__(self, redis_url: str, first: int) -> None:
        self.next = first
        self._bus = Bus(open_single(redis_url, timeout=10))

    async def publish(self, count: int, stamp: int | None = None) -> None:
        at = stamp or time.monotonic_ns()
        numbers = range(self.next, self.next + count)
        self.next += count
        await self._bus.publish([Published(TOPIC, number + 1, message(number, at)) for number in numbers])

    async def close(self) -> None:
        await self._bus.redis.aclose()


class ThroughSocket:
    """A WebSocket to /publish."""

    def __init__(self, writer: asyncio.StreamWriter, first: int) -> None:
        self.next, self._writer = first, writer

    async def publish(self, count: int, stamp: int | None = None) -> None:
        at = stamp or time.monotonic_ns()
        numbers = range(self.next, self.next + count)
        self.next += count
        self._writer.write(b"".join(masked(message(number, at)) for number in numbers))
        await self._writer.drain()

    async def close(self) -> None:
        self._writer.close()


async def through_socket(base_url: str, first: int) -> ThroughSocket:
    return ThroughSocket(await publishing(base_url), first)


async def publishing(base_url: str) -> asyncio.StreamWriter:
    """A WebSocket to a peer's /publish: each message written to it is broadcast."""
    where = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(upgrade(where.netloc, "/publish"))
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in head, head
    return writer
