"""Who is connected, on all hubs together: each tells every 20 s, and what is a minute old counts no more."""

import asyncio
import os
import socket
from datetime import datetime
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct

from hub.core import clock
from hub.core.feed import Feed
from hub.core.redis import Redis, RedisError
from hub.core.security.revocations import ENDED
from hub.core.stream.registry import Sockets

log = structlog.get_logger()

_HUBS = "caerus:presence"
_EVERY_SECONDS, _GOOD_SECONDS = 20, 60


class HubPresence(Struct, frozen=True):
    """One hub process. `topics`: how many listen, by the name before the colon."""

    id: str
    at: datetime
    sockets: int
    people: int
    topics: dict[str, int]


class Presence(Struct, frozen=True):
    """All hubs. `people` are counted once, on however many hubs they are."""

    sockets: int
    people: int
    hubs: list[HubPresence]


class PersonPresence(Struct, frozen=True):
    """How many sockets a person has open, by hub."""

    user_id: UUID
    sockets: int
    hubs: dict[str, int]


class _Told(Struct, frozen=True):
    hub: HubPresence
    people: dict[UUID, int]


def _key(id: str) -> str:
    return f"{_HUBS}:{id}"


class Presences:
    """What this process tells of itself, and what all have told."""

    def __init__(self, redis: Redis, feed: Feed, sockets: Sockets) -> None:
        self._redis, self._feed, self._sockets = redis, feed, sockets
        self.id = f"{socket.gethostname()}:{os.getpid()}"

    async def keep_telling(self) -> None:
        while True:
            try:
                await self.tell()
            except RedisError as error:
                log.warning("presence.not_told", error=str(error))
            await asyncio.sleep(_EVERY_SECONDS)

    async def tell(self) -> None:
        """Say who is here now."""
        at, people = clock.now(), dict(self._sockets.people)
        topics: dict[str, int] = {}
        for name, channel in self._feed.channels.items():
            if name == ENDED:
                continue
            namespace = name.partition(":")[0]
            topics[namespace] = topics.get(namespace, 0) + len(channel)
        hub = HubPresence(self.id, at, sum(people.values()), len(people), topics)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(_key(self.id), msgspec.msgpack.encode(_Told(hub, people)), ex=_GOOD_SECONDS)
            pipe.zadd(_HUBS, {self.id: at.timestamp()})
            pipe.zremrangebyscore(_HUBS, 0, at.timestamp() - _GOOD_SECONDS)
            await pipe.execute()

    async def all(self) -> Presence:
        """Everybody, by hub."""
        told = await self._told()
        people = {person for each in told for person in each.people}
        return Presence(sum(each.hub.sockets for each in told), len(people), [each.hub for each in told])

    async def of(self, user_id: UUID) -> PersonPresence:
        hubs = {each.hub.id: each.people[user_id] for each in await self._told() if user_id in each.people}
        return PersonPresence(user_id, sum(hubs.values()), hubs)

    async def _told(self) -> list[_Told]:
        await self.tell()
        ids = [id.decode() for id in await self._redis.zrange(_HUBS, 0, -1)]
        values = await self._redis.mget([_key(id) for id in ids])
        return [msgspec.msgpack.decode(value, type=_Told) for value in values if value]
