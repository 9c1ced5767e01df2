"""The bus: committed events in Redis, once each, in order.

Three keys. `caerus:bus` is a stream with every event, which each hub process reads from where it
stopped; an event of a trace has its `traceparent` there. `caerus:t:<topic>` is a topic's own history, whose entry ids are the topic's offsets, so a
repeated publish is refused by the stream itself. `caerus:o:<topic>` is the topic's last offset.
One Lua call does all three for a batch: atomic, ordered, and idempotent.
A fourth, `caerus:life`, is a random name that hubs put there: it is gone when everything else is. With the name
that a server gives itself at each start it tells whether something may have been lost.

On a Redis Cluster there are several such sets, `caerus:{0}:bus` and so on: a topic belongs to one of them, and
the braces put all its keys into one slot. There the call names every key it touches, as a cluster wants it:
while a slot moves it runs as a whole or not at all. One Redis is spared the names.
"""

import asyncio
import zlib
from collections import deque
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar
from uuid import uuid4

from msgspec import Struct

from hub.core import tracing
from hub.core.cluster import Cluster
from hub.core.redis import Redis, open_redis
from hub.core.redis_settings import RedisSettings

T = TypeVar("T")

BUS = "caerus:bus"
LAYOUT = "caerus:layout"
"""On `REDIS_URL`: how the relay lays the bus out, for hubs to compare with what they read."""
_BUS_LENGTH = 100_000
AT_ONCE = 500
"""Entries that one read takes at most."""
HISTORY = 1_000
HISTORY_SECONDS = 86_400
_RECENT = 2_000
"""Events of a shard that are repeated to a server that may lack them."""

_PUBLISH = """
local published, prefix = 0, string.sub(KEYS[1], 1, -5)
for i = 0, #ARGV / 4 - 1 do
  local topic, offset = ARGV[4 * i + 1], ARGV[4 * i + 2]
  local message, traceparent = ARGV[4 * i + 3], ARGV[4 * i + 4]
  local last = KEYS[2 * i + 2] or prefix .. ':o:' .. topic
  local history = KEYS[2 * i + 3] or prefix .. ':t:' .. topic
  if tonumber(redis.call('GET', last) or '0') < tonumber(offset) then
    redis.call('XADD', history, 'MAXLEN', '~', %d, offset .. '-0', 'm', message)
    redis.call('EXPIRE', history, %d)
    redis.call('SET', last, offset)
    local entry = {KEYS[1], 'MAXLEN', '~', %d, '*', 't', topic, 'o', offset, 'm', message}
    if traceparent ~= '' then
      entry[#entry + 1], entry[#entry + 2] = 'p', traceparent
    end
    redis.call('XADD', unpack(entry))
    published = published + 1
  end
end
return published
"""


class Cursor(Struct, frozen=True):
    """A place in a topic: what was missed is what came after `offset`, if `epoch` still holds."""

    epoch: str
    offset: int


class Published(Struct, frozen=True):
    """One event on its way: `message` is the finished stream message that browsers receive."""

    topic: str
    offset: int
    message: bytes
    traceparent: str | None = None


class _Shard:
    """One stream, with the topics that belong to it."""

    def __init__(self, redis: Redis, prefix: str, *, tagged: bool) -> None:
        self.redis, self._prefix, self._names_keys = redis, prefix, tagged
        self.name, self._life = f"{prefix}:bus", f"{prefix}:life"
        self._publish = redis.register_script(_PUBLISH % (HISTORY, HISTORY_SECONDS, _BUS_LENGTH))
        self.recent: deque[Published] = deque(maxlen=_RECENT)

    async def publish(self, events: Sequence[Published]) -> int:
        new = await self._send(events)
        self.recent.extend(events)
        return new

    async def _send(self, events: Sequence[Published]) -> int:
        keys, args = [self.name], list[bytes | str | int]()
        for event in events:
            if self._names_keys:
                keys += (f"{self._prefix}:o:{event.topic}", f"{self._prefix}:t:{event.topic}")
            args += (event.topic, event.offset, event.message, event.traceparent or "")
        return int(await tracing.client("redis", "bus.publish", self._publish(keys=keys, args=args)))

    async def repeat(self, published: dict[str, int]) -> None:
        last = {event.topic: event.offset for event in self.recent}
        whole = {topic for topic, offset in last.items() if offset >= published.get(topic, offset + 1)}
        if events := [event for event in self.recent if event.topic in whole]:
            await self._send(events)

    async def concede(self, ends: dict[str, int]) -> None:
        for topic, offset in ends.items():
            await self.redis.set(f"{self._prefix}:o:{topic}", offset)
        await self.redis.delete(self._life)

    async def life(self) -> bytes | None:
        await self.redis.set(self._life, uuid4().hex, nx=True)
        life: bytes | None = await self.redis.get(self._life)
        if life is None:
            return None
        # Back from its disk, or another one behind the same address, it has its old name and may lack the last moments.
        server = str((await self.redis.info("server"))["run_id"])
        return life + server.encode()

    async def end(self) -> bytes:
        last = await self.redis.xrevrange(self.name, count=1)
        return last[0][0] if last else b"0-0"

    async def keeps(self, after: bytes) -> bool:
        if after == b"0-0":
            return int(await self.redis.xlen(self.name)) < _BUS_LENGTH
        return bool(await self.redis.xrange(self.name, after, after, count=1))

    async def read(self, after: bytes, wait: float) -> list[tuple[bytes, Published]]:
        answer = await self.redis.xread({self.name: after}, count=AT_ONCE, block=int(wait * 1000))
        if not answer:
            return []
        return [(id, _published(entry)) for id, entry in answer[0][1]]

    async def offsets(self, topics: Sequence[str]) -> list[int | None]:
        values = self.redis.mget([f"{self._prefix}:o:{topic}" for topic in topics])
        return [
            None if value is None else int(value)
            for value in await tracing.client("redis", "bus.offsets", values)
        ]

    async def history(self, topic: str, after: int, limit: int) -> list[Published]:
        kept = self.redis.xrange(f"{self._prefix}:t:{topic}", min=f"{after + 1}-0", count=limit)
        entries = await tracing.client("redis", "bus.history", kept)
        return [Published(topic, int(id.partition(b"-")[0]), fields[b"m"]) for id, fields in entries]


class Bus:
    """Both ends of the bus: one shard for each client. `tagged`: their keys carry the shard's number."""

    def __init__(self, *redis: Redis, tagged: bool = False) -> None:
        self.redis = redis[0]
        self._shards = [
            _Shard(each, f"caerus:{{{k}}}" if tagged else "caerus", tagged=tagged)
            for k, each in enumerate(redis)
        ]

    def __len__(self) -> int:
        return len(self._shards)

    @property
    def layout(self) -> str:
        """Who has another one reads other streams: the first one's name, and how many there are."""
        return f"{self._shards[0].name} and {len(self) - 1} more"

    def shard(self, topic: str) -> int:
        """Where a topic belongs, for ever: the hash is the same in every process."""
        return zlib.crc32(topic.encode()) % len(self._shards) if len(self._shards) > 1 else 0

    async def publish(self, events: Sequence[Published]) -> int:
        """Publish in order, on all shards at once; how many were new."""
        if len(self._shards) == 1:
            return await self._shards[0].publish(events)
        parts: dict[int, list[Published]] = {}
        for event in events:
            parts.setdefault(self.shard(event.topic), []).append(event)
        return sum(await _all([self._shards[k].publish(part) for k, part in parts.items()]))

    def recent(self) -> set[str]:
        """Topics of what was published last from here."""
        return {event.topic for shard in self._shards for event in shard.recent}

    async def repeat(self, published: dict[str, int]) -> None:
        """Publish that again. `published`: up to where each topic ever was, by the database.

        A topic that somebody else has published to since is left alone: it must not seem to end before that.
        """
        await _all([shard.repeat(published) for shard in self._shards])

    async def concede(self, ends: dict[str, int]) -> None:
        """These topics end there, though their history does not reach so far: with this begins another life of their shards."""
        for number, shard in enumerate(self._shards):
            if theirs := {topic: offset for topic, offset in ends.items() if self.shard(topic) == number}:
                await shard.concede(theirs)

    async def lives(self) -> list[bytes | None]:
        """The lives of all shards."""
        return await _all([shard.life() for shard in self._shards])

    async def life(self, shard: int = 0) -> bytes | None:
        """Which life of the shard this is: another one when Redis has lost its data since, or may have.

        So it is in a server that was started again, and in another one that took over: either may lack what came last.
        """
        return await self._shards[shard].life()

    async def keeps(self, after: bytes, shard: int = 0) -> bool:
        """Whether nothing that came after an entry has been dropped for what is newer."""
        return await self._shards[shard].keeps(after)

    async def end(self, shard: int = 0) -> bytes:
        """Where the shard stands now."""
        return await self._shards[shard].end()

    async def read(self, after: bytes, *, wait: float, shard: int = 0) -> list[tuple[bytes, Published]]:
        """What came after an entry id; waits up to `wait` seconds for the first."""
        return await self._shards[shard].read(after, wait)

    async def offset(self, topic: str) -> int | None:
        """A topic's last published offset; None when Redis does not know it."""
        return (await self.offsets([topic]))[0]

    async def offsets(self, topics: Sequence[str]) -> list[int | None]:
        """The same for many, in order."""
        if len(self._shards) == 1:
            return await self._shards[0].offsets(topics)
        parts: dict[int, list[str]] = {}
        for topic in topics:
            parts.setdefault(self.shard(topic), []).append(topic)
        answers = await _all([self._shards[k].offsets(part) for k, part in parts.items()])
        found = {
            topic: offset
            for part, offsets in zip(parts.values(), answers, strict=True)
            for topic, offset in zip(part, offsets, strict=True)
        }
        return [found[topic] for topic in topics]

    async def history(self, topic: str, after: int, *, limit: int = HISTORY) -> list[Published]:
        """What is kept of a topic after an offset, oldest first."""
        return await self._shards[self.shard(topic)].history(topic, after, limit)

    async def aclose(self) -> None:
        for shard in self._shards:
            await shard.redis.aclose()


def open_bus(settings: RedisSettings, redis: Redis, *, timeout: float = 5) -> Bus:
    """The bus at `REDIS_BUS_URL`, or on `redis` when that is empty. `timeout` (s) bounds each answer."""
    if not settings.bus_url:
        return Bus(redis)
    shards, connections = settings.shards, settings.shards + 4  # a reader each may wait on one node
    if not settings.clustered:
        apart = open_redis(settings.bus_url, connections=connections, timeout=timeout)
        return Bus(*[apart] * shards, tagged=shards > 1)
    cluster = Cluster(settings.bus_url, connections=connections, timeout=timeout)
    return Bus(*(cluster.slot(f"caerus:{{{k}}}") for k in range(shards)), tagged=True)


async def _all(parts: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """All are waited for, even when one fails: nothing is under way when the caller tries again."""
    answers = await asyncio.gather(*parts, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in answers if not isinstance(answer, BaseException)]


def _published(entry: dict[bytes, bytes]) -> Published:
    traceparent = entry[b"p"].decode() if b"p" in entry else None
    return Published(entry[b"t"].decode(), int(entry[b"o"]), entry[b"m"], traceparent)
