"""The feed: one reader a shard of the bus, fanned out to whoever listens here (`core/channel`)."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from caerus_client.retry import RetryPolicy
from msgspec import Struct

from hub.core import metrics
from hub.core.batching import Batcher
from hub.core.bus import AT_ONCE, Bus, Cursor, Published
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
_SOON_SECONDS = 0.05
"""The same after a failure."""
_DEAF_SECONDS = 10
"""Who hears nothing of the bus for so long must not seem to."""
_NEVER = float("-inf")
_AGAIN = RetryPolicy(delay=0.4, cap=2)
_BACKLOG = 2_000
"""Events that may wait for one channel before the bus is read further."""


class _Epoch(Struct, frozen=True):
    epoch: str


class _Offset(Struct, frozen=True):
    last_offset: int


class _Place:
    """Where one reader stands: after which entry, in which life of the shard. `after` None: what came may be lost."""

    def __init__(self, after: bytes, life: bytes | None) -> None:
        self.after: bytes | None = after
        self.life = life
        self.of_this_life = True
        """Whether `after` was an entry of the shard as it is now."""
        self.heard = self.looked = time.monotonic()
        self.failures = 0


class Feed:
    """The channels of one process. `when_deaf` is called while the bus is away, again and again."""

    def __init__(self, db: Db, bus: Bus, reader: Bus, when_deaf: Callable[[], None] = lambda: None) -> None:
        self.db, self.bus, self._reader, self._when_deaf = db, bus, reader, when_deaf
        self._deaf: set[int] = set()
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
            place = _Place(await self._reader.end(shard), life)
            nursery.start(self._read(shard, place), name="feed", essential=True)

    @property
    def deaf(self) -> bool:
        """Whether the bus, or a part of it, has been away for so long that nobody here may count on hearing of events."""
        return bool(self._deaf)

    async def _read(self, shard: int, place: _Place) -> None:
        """For ever, whatever happens."""
        while True:
            try:
                await self._read_on(shard, place)
            except RedisError as error:
                log.warning("feed.lost", shard=shard, error=str(error))
            except Exception:
                log.exception("feed.failed", shard=shard)
                place.after = None
            else:
                place.failures, place.heard = 0, time.monotonic()
                self._deaf.discard(shard)
                continue
            place.looked, place.failures = _NEVER, place.failures + 1
            if place.failures > 1 and time.monotonic() - place.heard >= _DEAF_SECONDS:
                self._deafen(shard)  # one failure alone may be ours: nothing is heard by who stood still
            await asyncio.sleep(_AGAIN.pause(place.failures))

    def _deafen(self, shard: int) -> None:
        self._deaf.add(shard)
        self._when_deaf()
        for channel in list(self.channels.values()):
            channel.lose()

    async def _read_on(self, shard: int, place: _Place) -> None:
        if place.after is None:
            place.after = await self._begin_anew(shard, "failed")
        wait = _SOON_SECONDS if place.failures else _LOOK_SECONDS
        entries = await self._reader.read(place.after, wait=wait, shard=shard)
        if not await self._is_whole(shard, place, place.after, len(entries)):
            return
        if entries:
            place.after, place.of_this_life = entries[-1][0], True
            metrics.ws_events.inc(len(entries))
            await self._dispatch([event for _, event in entries])

    async def _is_whole(self, shard: int, place: _Place, after: bytes, count: int) -> bool:
        """Whether what was read is all that came after `after`; if it may not be, the place is another one now.

        The bus drops what is oldest. Who is so slow that this happens before it was read finds more than one
        read can take, each time: so it is enough to look then, and now and then.
        """
        if time.monotonic() - place.looked >= _LOOK_SECONDS:
            found, place.looked = await self._reader.life(shard), time.monotonic()
            if found != place.life:
                # Entries to come may be named by a clock that is behind.
                place.after = min(after, await self._begin_anew(shard, "lost its data"), key=_number)
                place.life, place.of_this_life = found, False
                return False
        elif count < AT_ONCE:
            return True
        if place.of_this_life and not await self._reader.keeps(after, shard):
            place.after = await self._begin_anew(shard, "dropped what was not read")
            return False
        return True

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
                await self._pump(channel)
            else:
                channel.pumping = self._nursery.start(self._pump(channel), name="fan-out")
        elif channel.pumping and channel.backlog > _BACKLOG:
            await asyncio.wait([channel.pumping])

    async def _pump(self, channel: Channel) -> None:
        """What cannot be written keeps nobody else from their events."""
        try:
            await channel.pump()
        except Exception:
            log.exception("feed.fan_out_failed", topic=channel.topic)
            channel.lose()

    async def _begin_anew(self, shard: int, why: str) -> bytes:
        """Something may be missed: every listener looks for itself. Where the shard ends now."""
        log.warning("feed.bus_lost", shard=shard, why=why)
        end = await self._reader.end(shard)
        for topic, channel in list(self.channels.items()):
            if self._reader.shard(topic) == shard:
                channel.lose()
        return end

    def join(self, topic: str, listener: Listener) -> None:
        if topic not in self.channels:
            self.channels[topic] = Channel(topic)
        self.channels[topic].join(listener)

    def leave(self, topic: str, listener: Listener) -> None:
        if channel := self.channels.get(topic):
            channel.leave(listener)
            if not len(channel):
                del self.channels[topic]

    async def position(self, topic: str, since: Cursor | None = None) -> Cursor:
        """Where a topic stands now. Join first: then nothing after it can be missed.

        Who comes with more than Redis has, as after it lost its last moments, is not set back.
        """
        offset = await self._offsets.add(topic)
        if offset is None or (since and since.epoch == self.epoch and since.offset > offset):
            row = await sql.one(self.db, _Offset, "topic_offset", topic=topic)
            offset = max(offset or 0, row.last_offset if row else 0)
        return Cursor(self.epoch, offset)

    async def _histories(self, wanted: list[tuple[str, int]]) -> list[list[Published]]:
        """Of those who come back together most missed the same: it is read once for them all."""
        found = {each: await self.bus.history(*each) for each in dict.fromkeys(wanted)}
        return [found[each] for each in wanted]

    async def since(self, topic: str, cursor: Cursor, position: Cursor) -> list[Published] | None:
        """Everything from `cursor` up to `position` or past it; None when that is not to be had whole."""
        if cursor.epoch != position.epoch or not 0 <= cursor.offset <= position.offset:
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


def _number(entry_id: bytes) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition(b"-")
    return int(milliseconds), int(number)
