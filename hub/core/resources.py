"""Everything a process holds open, opened in one place for hub, workers and tests alike."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct

from hub.core.batching import Batcher
from hub.core.bus import open_bus
from hub.core.db import Db, open_db
from hub.core.feed import Feed
from hub.core.jobs import Queue, queue
from hub.core.limits import Limits, Quotas, quotas
from hub.core.nursery import Nursery, told_to_stop
from hub.core.redis import Redis, open_redis, open_single
from hub.core.secrets import Secrets
from hub.core.security.device_keys import Masters, masters_of
from hub.core.security.keyring import ring_of
from hub.core.security.passwords import Passwords
from hub.core.security.revocations import ENDED, WHOLE, Revocations
from hub.core.security.tokens import Tokens
from hub.core.settings import Settings
from hub.core.stream.presence import Presences
from hub.core.stream.registry import Sockets

_COUNT_SECONDS = 2
"""Counting may hold a request up for so long; then it is decided without."""
_WAITS, _WAIT_SECONDS = 32, 60
"""So many may wait in Redis for somebody's answer at once, each for at most so long."""


class Resources(Struct, frozen=True):
    """What use cases need at hand. `waits` is Redis for calls that block until somebody answers."""

    settings: Settings
    secrets: Secrets
    db: Db
    redis: Redis
    waits: Redis
    queue: Queue
    feed: Feed
    sockets: Sockets
    presences: Presences
    tokens: Tokens
    masters: Masters
    passwords: Passwords
    limits: Limits
    quotas: Quotas
    revocations: Revocations
    nursery: Nursery
    batchers: "dict[str, Batcher[Any, Any]]"

    def batcher(self, name: str, flush: Callable[[list[Any]], Awaitable[list[Any]]]) -> "Batcher[Any, Any]":
        """The process's one batcher of this name."""
        if name not in self.batchers:
            self.batchers[name] = Batcher(self.nursery, name, flush)
        return self.batchers[name]


@asynccontextmanager
async def open_resources(
    settings: Settings, dsn: str, redis_url: str, *, session: Mapping[str, str] | None = None
) -> AsyncIterator[Resources]:
    """Open in order, close in reverse. Who is told to stop meanwhile stops, even if the Redis client lost it.

    `session` has settings of PostgreSQL (`core/db`).
    """
    secrets = Secrets(settings.app)
    await secrets.refresh()
    db = await open_db(settings.db, dsn, secrets, session)
    redis = open_redis(redis_url)
    reader = open_redis(redis_url, connections=2, timeout=10)
    waits = open_redis(redis_url, connections=_WAITS, timeout=_WAIT_SECONDS)
    counter = open_single(redis_url, timeout=_COUNT_SECONDS)
    nursery = Nursery()
    passwords = Passwords(settings.security)
    bus = open_bus(settings.redis, redis)
    reading = open_bus(settings.redis, reader, timeout=10)
    sockets = Sockets(settings.serve.sockets_per_person, settings.serve.sockets_unproven)
    feed = Feed(db, bus, reading, sockets.deaf)
    try:
        nursery.start(secrets.keep_fresh(), name="secrets", essential=True)
        tokens = Tokens(ring_of(secrets, settings.security.jwt_access_seconds), settings.security)
        masters = masters_of(secrets)
        feed.join(ENDED, sockets)
        await feed.start(nursery)
        revocations = Revocations(db, redis, settings.security.jwt_access_seconds)
        await revocations.load()
        if told_to_stop():
            raise asyncio.CancelledError
        yield Resources(
            settings=settings,
            secrets=secrets,
            db=db,
            redis=redis,
            waits=waits,
            queue=queue(redis),
            feed=feed,
            sockets=sockets,
            presences=Presences(redis, feed, sockets),
            tokens=tokens,
            masters=masters,
            passwords=passwords,
            limits=Limits(counter, nursery, WHOLE, settings.security.hmac_nonce_ttl_seconds),
            quotas=quotas(settings.limits),
            revocations=revocations,
            nursery=nursery,
            batchers={},
        )
    finally:
        feed.close()
        await nursery.close()
        passwords.close()
        await counter.aclose()
        await reading.aclose()
        await bus.aclose()
        await reader.aclose()
        await waits.aclose()
        await redis.aclose()
        await db.close()
