"""The feed: one reader of the bus a process, fanned out to whoever listens here.

A channel is a topic somebody in this process listens to. Offsets are checked once a channel, before
the fan-out; a batch is framed once and written to every socket as it is; a big fan-out yields every
64 members, so that it never holds up requests.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import structlog
from msgspec import Struct

from hub.core import metrics, tracing
from hub.core.bus import Bus, Cursor, Published
from hub.core.db import Db
from hub.core.nursery import Nursery
from hub.core.redis import RedisError
from hub.core.sql import Sql
from hub.core.stream.frames import text_frame
from hub.core.tracing import SpanKind

log = structlog.get_logger()
sql = Sql("core")

_SLICE = 64
_LOOK_SECONDS = 2
"""How long a bus that lost its data may go unnoticed."""


class Listener(Protocol):
    """Somebody on a channel."""

    def deliver(self, events: Sequence[Published], frames: bytes) -> None: ...
    def lost(self) -> None: ...


class _Epoch(Struct, frozen=True):
    epoch: str


class _Offset(Struct, frozen=True):
    last_offset: int


class Channel:
    """A topic with listeners in this process."""

    def __init__(self) -> None:
        self.members: set[Listener] = set()
        self.last: int | None = None

    async def publish(self, events: list[Published]) -> None:
        fresh = [event for event in events if self.last is None or event.offset > self.last]
        if not fresh:
            return
        gap = self.last is not None and fresh[0].offset != self.last + 1
        self.last = fresh[-1].offset
        if gap:
            for member in list(self.members):
                member.lost()
            return
        frames = b"".join(text_frame(event.message) for event in fresh)
        for number, member in enumerate(list(self.members), start=1):
            member.deliver(fresh, frames)
            if number % _SLICE == 0:
                await asyncio.sleep(0)


class Waiter:
    """A listener that only wants to know that something came."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def deliver(self, events: Sequence[Published], frames: bytes) -> None:
        self._woken.set()

    def lost(self) -> None:
        self._woken.set()

    async def wait(self, seconds: float) -> bool:
        """Whether something came within `seconds`."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return False
        self._woken.clear()
        return True


class Feed:
    """The channels of one process."""

    def __init__(self, db: Db, bus: Bus, reader: Bus) -> None:
        self.db, self.bus, self._reader = db, bus, reader
        self.channels: dict[str, Channel] = {}
        self.epoch = ""
        self.closing = False

    async def start(self, nursery: Nursery) -> None:
        """Stand at the end of the bus, then read on in the background."""
        self.epoch = (await sql.sure(self.db, _Epoch, "stream_epoch")).epoch
        life = await self._reader.life()
        after = await self._reader.end()
        nursery.start(self._read(after, life), name="feed")

    async def _read(self, after: bytes, life: bytes | None) -> None:
        looked = time.monotonic()
        while True:
            try:
                entries = await self._reader.read(after, wait=_LOOK_SECONDS)
                if time.monotonic() - looked >= _LOOK_SECONDS:
                    before, life, looked = life, await self._reader.life(), time.monotonic()
                    if life != before:
                        after = self._begin_anew()
                        continue
            except RedisError as error:
                log.warning("feed.lost", error=str(error))
                await asyncio.sleep(0.2)
                continue
            if entries:
                after = entries[-1][0]
                metrics.ws_events.inc(len(entries))
                await self._dispatch([event for _, event in entries])

    def _begin_anew(self) -> bytes:
        """Redis lost its data, and with it perhaps what we had not read: every listener looks for itself."""
        log.warning("feed.bus_lost")
        for channel in list(self.channels.values()):
            for member in list(channel.members):
                member.lost()
        return b"0-0"

    async def _dispatch(self, events: list[Published]) -> None:
        by_topic: dict[str, list[Published]] = {}
        for event in events:
            if event.topic in self.channels:
                by_topic.setdefault(event.topic, []).append(event)
        for topic, batch in by_topic.items():
            if channel := self.channels.get(topic):
                name = f"deliver {topic.partition(':')[0]}"
                with tracing.each(SpanKind.CONSUMER, [(event.traceparent, name) for event in batch]):
                    await channel.publish(batch)

    def join(self, topic: str, listener: Listener) -> None:
        self.channels.setdefault(topic, Channel()).members.add(listener)

    def leave(self, topic: str, listener: Listener) -> None:
        if channel := self.channels.get(topic):
            channel.members.discard(listener)
            if not channel.members:
                del self.channels[topic]

    async def position(self, topic: str) -> Cursor:
        """Where a topic stands now. Join first: then nothing after it can be missed."""
        offset = await self.bus.offset(topic)
        if offset is None:
            row = await sql.one(self.db, _Offset, "topic_offset", topic=topic)
            offset = row.last_offset if row else 0
        return Cursor(self.epoch, offset)

    async def since(self, topic: str, cursor: Cursor, position: Cursor) -> list[Published] | None:
        """Everything from `cursor` up to `position` or past it; None when that is not to be had whole."""
        if cursor.epoch != position.epoch or cursor.offset > position.offset:
            return None
        events = await self.bus.history(topic, cursor.offset)
        expected = range(cursor.offset + 1, cursor.offset + 1 + len(events))
        whole = [event.offset for event in events] == list(expected)
        return events if whole and cursor.offset + len(events) >= position.offset else None

    @contextmanager
    def waiter(self, topic: str) -> Iterator[Waiter]:
        """For a long poll."""
        waiter = Waiter()
        self.join(topic, waiter)
        metrics.parked_polls.inc()
        try:
            yield waiter
        finally:
            metrics.parked_polls.dec()
            self.leave(topic, waiter)

    def close(self) -> None:
        """Answer every long poll now; sockets are told by the server."""
        self.closing = True
        for channel in list(self.channels.values()):
            for member in list(channel.members):
                if isinstance(member, Waiter):
                    member.lost()
