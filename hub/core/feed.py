"""The feed: one reader a shard of the bus, fanned out to whoever listens here (`core/channel`)."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from caerus_client.retry import RetryPolicy
from msgspec import Struct

from hub.core import metrics
from hub.core.batching import Batcher
from hub.core.bus import Bus, Cursor, Published
from hub.core.channel import SLICE, Channel, Listener
from hub.core.db import Db
from hub.core.nursery import Nursery
from hub.core.redis import RedisError
from hub.core.sql import Sql
from hub.core.waiter import Waiter

log = structlog.get_logger()
sql = Sql("core")

_LOOK_SECONDS = 2
"""How long a bus that lost its data may go unnoticed."""
_NEVER = float("-inf")
_AGAIN = RetryPolicy(delay=0.4, cap=2)
_BACKLOG = 2_000
"""Events that may wait for one channel before the bus is read further."""


class _Epoch(Struct, frozen=True):
    epoch: str


class _Offset(Struct, frozen=True):
    last_offset: int


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
        self._nursery = nursery
        self._offsets: Batcher[str, int | None] = Batcher(
            nursery, "offsets", self.bus.offsets, fail_together=(RedisError,)
        )
        self._missed: Batcher[tuple[str, int], list[Published]] = Batcher(
            nursery, "histories", self._histories, fail_together=(RedisError,)
        )
        for shard in range(len(self._reader)):
            life = await self._reader.life(shard)
            nursery.start(self._read(shard, await self._reader.end(shard), life), name="feed")

    async def _read(self, shard: int, after: bytes, life: bytes | None) -> None:
        looked, failures = time.monotonic(), 0
        while True:
            try:
                entries = await self._reader.read(after, wait=_LOOK_SECONDS, shard=shard)
                if time.monotonic() - looked >= _LOOK_SECONDS:
                    found, looked = await self._reader.life(shard), time.monotonic()
                    if found != life:
                        after, life = await self._begin_anew(shard, after), found
                        continue
            except RedisError as error:
                looked, failures = _NEVER, failures + 1
                log.warning("feed.lost", shard=shard, error=str(error))
                await asyncio.sleep(_AGAIN.pause(failures))
                continue
            failures = 0
            if entries:
                after = entries[-1][0]
                metrics.ws_events.inc(len(entries))
                await self._dispatch([event for _, event in entries])

    async def _dispatch(self, events: list[Published]) -> None:
        by_topic: dict[str, list[Published]] = {}
        for event in events:
            if event.topic in self.channels:
                by_topic.setdefault(event.topic, []).append(event)
        for number, (topic, batch) in enumerate(by_topic.items(), start=1):
            if channel := self.channels.get(topic):
                await self._fan_out(channel, batch)
            if number % SLICE == 0:
                await asyncio.sleep(0)

    async def _fan_out(self, channel: Channel, batch: list[Published]) -> None:
        """A small fan-out is done at once; a big one beside those of other topics."""
        if channel.offer(batch):
            if len(channel) <= SLICE:
                await channel.pump()
            else:
                channel.pumping = self._nursery.start(channel.pump(), name="fan-out")
        elif channel.pumping and channel.backlog > _BACKLOG:
            await asyncio.wait([channel.pumping])

    async def _begin_anew(self, shard: int, after: bytes) -> bytes:
        """Redis lost its data, and with it perhaps what we had not read: every listener looks for itself.

        Reading goes on where the shard ends now, if that is before where we stood: entries to come may be named
        by a clock that is behind.
        """
        log.warning("feed.bus_lost", shard=shard)
        end = await self._reader.end(shard)
        for topic, channel in list(self.channels.items()):
            if self._reader.shard(topic) == shard:
                channel.lose()
        return min(after, end, key=_place)

    def join(self, topic: str, listener: Listener) -> None:
        if topic not in self.channels:
            self.channels[topic] = Channel(topic)
        self.channels[topic].join(listener)

    def leave(self, topic: str, listener: Listener) -> None:
        if channel := self.channels.get(topic):
            channel.leave(listener)
            if not len(channel):
                del self.channels[topic]

    async def position(self, topic: str) -> Cursor:
        """Where a topic stands now. Join first: then nothing after it can be missed."""
        offset = await self._offsets.add(topic)
        if offset is None:
            row = await sql.one(self.db, _Offset, "topic_offset", topic=topic)
            offset = row.last_offset if row else 0
        return Cursor(self.epoch, offset)

    async def _histories(self, wanted: list[tuple[str, int]]) -> list[list[Published]]:
        """Of those who come back together most missed the same: it is read once for them all."""
        found = {each: await self.bus.history(*each) for each in dict.fromkeys(wanted)}
        return [found[each] for each in wanted]

    async def since(self, topic: str, cursor: Cursor, position: Cursor) -> list[Published] | None:
        """Everything from `cursor` up to `position` or past it; None when that is not to be had whole."""
        if cursor.epoch != position.epoch or cursor.offset > position.offset:
            return None
        events = await self._missed.add((topic, cursor.offset))
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
            for member in channel.members():
                if isinstance(member, Waiter):
                    member.lost()


def _place(entry_id: bytes) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition(b"-")
    return int(milliseconds), int(number)
