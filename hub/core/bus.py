"""The bus: committed events in Redis, once each, in order.

Three keys. `caerus:bus` is a stream with every event, which each hub process reads from where it
stopped; an event of a trace has its `traceparent` there. `caerus:t:<topic>` is a topic's own history, whose entry ids are the topic's offsets, so a
repeated publish is refused by the stream itself. `caerus:o:<topic>` is the topic's last offset.
One Lua call does all three for a batch: atomic, ordered, and idempotent.
A fourth, `caerus:life`, is a random name that hubs put there: it is gone when everything else is.
"""

from collections.abc import Sequence
from uuid import uuid4

from msgspec import Struct

from hub.core import tracing
from hub.core.redis import Redis

BUS = "caerus:bus"
LIFE = "caerus:life"
_BUS_LENGTH = 100_000
HISTORY = 1_000
HISTORY_SECONDS = 86_400

_PUBLISH = """
local published = 0
for i = 1, #ARGV, 4 do
  local topic, offset, message, traceparent = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local last = KEYS[1] .. ':o:' .. topic
  if tonumber(redis.call('GET', last) or '0') < tonumber(offset) then
    local history = KEYS[1] .. ':t:' .. topic
    redis.call('XADD', history, 'MAXLEN', '~', %d, offset .. '-0', 'm', message)
    redis.call('EXPIRE', history, %d)
    redis.call('SET', last, offset)
    local entry = {KEYS[1] .. ':bus', 'MAXLEN', '~', %d, '*', 't', topic, 'o', offset, 'm', message}
    if traceparent ~= '' then
      entry[#entry + 1], entry[#entry + 2] = 'p', traceparent
    end
    redis.call('XADD', unpack(entry))
    published = published + 1
  end
end
return published
""" % (HISTORY, HISTORY_SECONDS, _BUS_LENGTH)  # noqa: UP031 - braces are Lua's


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


class Bus:
    """Both ends of the bus."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self._publish = redis.register_script(_PUBLISH)

    async def publish(self, events: Sequence[Published]) -> int:
        """Publish in order; how many were new."""
        args: list[bytes | str | int] = []
        for event in events:
            args += (event.topic, event.offset, event.message, event.traceparent or "")
        published = self._publish(keys=["caerus"], args=args)
        return int(await tracing.client("redis", "bus.publish", published))

    async def life(self) -> bytes | None:
        """Which life of Redis this is: another one when it has lost its data since."""
        await self.redis.set(LIFE, uuid4().hex, nx=True)
        life: bytes | None = await self.redis.get(LIFE)
        return life

    async def end(self) -> bytes:
        """Where the bus stands now."""
        last = await self.redis.xrevrange(BUS, count=1)
        return last[0][0] if last else b"0-0"

    async def read(self, after: bytes, *, wait: float) -> list[tuple[bytes, Published]]:
        """What came after an entry id; waits up to `wait` seconds for the first."""
        answer = await self.redis.xread({BUS: after}, count=500, block=int(wait * 1000))
        if not answer:
            return []
        return [(id, _published(entry)) for id, entry in answer[0][1]]

    async def offset(self, topic: str) -> int | None:
        """A topic's last published offset; None when Redis does not know it."""
        return (await self.offsets([topic]))[0]

    async def offsets(self, topics: Sequence[str]) -> list[int | None]:
        """The same for many, in order."""
        values = self.redis.mget([f"caerus:o:{topic}" for topic in topics])
        return [
            None if value is None else int(value)
            for value in await tracing.client("redis", "bus.offsets", values)
        ]

    async def history(self, topic: str, after: int, *, limit: int = HISTORY) -> list[Published]:
        """What is kept of a topic after an offset, oldest first."""
        kept = self.redis.xrange(f"caerus:t:{topic}", min=f"{after + 1}-0", count=limit)
        entries = await tracing.client("redis", "bus.history", kept)
        return [Published(topic, int(id.partition(b"-")[0]), fields[b"m"]) for id, fields in entries]


def _published(entry: dict[bytes, bytes]) -> Published:
    traceparent = entry[b"p"].decode() if b"p" in entry else None
    return Published(entry[b"t"].decode(), int(entry[b"o"]), entry[b"m"], traceparent)
