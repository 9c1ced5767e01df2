"""The relay: moves committed events from the outbox to the bus, in order, each once.

Three steps, each safe to repeat after a crash at any point:
1. number the new rows (one statement: each topic's next offsets, kept in `core.topics`);
2. publish (the bus refuses an offset it has);
3. delete the rows.

A Redis that was started again, or a replica that took over, may lack what was there last, though we deleted the
rows: what was published last is kept here, and published again when a shard has another server. Of what else is gone
it is told at least that it was there: then a client is not told that it has everything.

One relay works at a time: it holds a session advisory lock on a connection of its own. Others wait
for it, so a second one is a hot spare.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

import asyncpg
import msgspec
import structlog
from caerus_client.retry import RetryPolicy

from hub.core import clock, tracing
from hub.core.bus import LAYOUT, Bus, Published, open_bus
from hub.core.db import AWAY, Login, prepare
from hub.core.nursery import Nursery, told_to_stop
from hub.core.outbox import WAKE
from hub.core.redis import PubSub, Redis, RedisError, open_redis
from hub.core.secrets import Secrets
from hub.core.settings import Settings
from hub.core.sql import Runs, Sql
from hub.core.tracing import Span, SpanKind

log = structlog.get_logger()
sql = Sql("core")

Connect = Callable[..., Awaitable[Any]]
OpenBus = Callable[[Redis], Bus]
SESSION = {
    "application_name": "caerus-relay",
    # A spare that died while it waited for its turn must not take it: the server looks whether we are there.
    "client_connection_check_interval": "1s",
    # A leader whose machine is gone says nothing: left to itself the server would keep its lock for two hours.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
    # The same the other way round: a spare that waits hears from a server that is there.
    "lock_timeout": "20s",
    # A plan is kept from when the outbox was empty, as it mostly is: with nested loops a full one took 22 s a batch.
    "enable_nestloop": "off",
    "enable_seqscan": "off",
}
_LOCK = 4_242_001
_BATCH = 500
_ANSWER_SECONDS = 30
_PAGE = 5_000
_LOOK_SECONDS = 0.05
_LIFE_SECONDS = 1
_HELD_SECONDS = 5
"""A session that was lost after so long was a good one."""
_AGAIN = RetryPolicy(delay=0.4, cap=2)
_LOST = (*AWAY, OSError, asyncpg.PostgresError, RedisError)


class Numbered(msgspec.Struct, frozen=True):
    """An outbox row with its place in its topic."""

    seq: int
    topic: str
    offset: int
    type: str
    at: datetime
    data: str
    traceparent: str | None


class _Out(msgspec.Struct, frozen=True):
    topic: str
    offset: int


def message(row: Numbered) -> bytes:
    """The stream message, encoded once for every socket there is."""
    head = msgspec.json.encode(
        {
            "op": "event",
            "topic": row.topic,
            "offset": row.offset,
            "type": row.type,
            "at": clock.rfc3339(row.at),
        }
    )
    return head[:-1] + b',"data":' + row.data.encode() + b"}"


async def move(db: Runs, bus: Bus, *, left_over: bool = False) -> int:
    """One batch; how many events it moved. `left_over`: what a dead relay had numbered."""
    query = "numbered_events" if left_over else "number_events"
    rows = sorted(await sql.many(db, Numbered, query, n=_BATCH), key=lambda row: row.seq)
    if rows:
        traces = [(row.traceparent, f"relay {row.type}") for row in rows]
        with tracing.each(SpanKind.PRODUCER, traces) as spans:
            events = [_published(row, span) for row, span in zip(rows, spans, strict=True)]
            await tracing.shared("publish", spans, _publish(db, bus, rows, events))
    return len(rows)


async def _publish(db: Runs, bus: Bus, rows: list[Numbered], events: list[Published]) -> None:
    await bus.publish(events)
    await sql.run(db, "delete_events", seqs=[row.seq for row in rows])


def _published(row: Numbered, span: Span | None) -> Published:
    return Published(row.topic, row.offset, message(row), tracing.onward(span, row.traceparent))


async def serve(settings: Settings, dsn: str, redis_url: str) -> None:
    """Relay until cancelled, with the secrets of the moment; SIGHUP has them read again."""
    secrets, nursery = Secrets(settings.app), Nursery()
    await secrets.refresh()
    nursery.start(secrets.keep_fresh(), name="secrets")
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, secrets.refresh_soon)
    try:
        await run(dsn, redis_url, Login(settings.db, secrets), partial(open_bus, settings.redis))
    finally:
        await nursery.close()


async def run(dsn: str, redis_url: str, connect: Connect = asyncpg.connect, bus_on: OpenBus = Bus) -> None:
    """Relay until cancelled; lost connections are made again."""
    redis = open_redis(redis_url)
    bus = bus_on(redis)
    try:
        failures = 0
        while True:
            began = time.monotonic()
            try:
                await _session(dsn, redis, bus, connect)
            except _LOST as error:
                failures = 1 if time.monotonic() - began > _HELD_SECONDS else failures + 1
                log.warning("relay.lost", error=str(error))
                await asyncio.sleep(_AGAIN.pause(failures))
    finally:
        await bus.aclose()
        await redis.aclose()


async def _session(dsn: str, redis: Redis, bus: Bus, connect: Connect) -> None:
    connection = await connect(dsn, command_timeout=_ANSWER_SECONDS, server_settings=SESSION)
    try:
        await prepare(connection)
        await _stand_in_line(connection)
        log.info("relay.leading")
        await _lead(connection, bus, redis)
    finally:
        connection.terminate()


async def _stand_in_line(connection: Any) -> None:
    while True:
        try:
            await connection.execute("select pg_advisory_lock($1)", _LOCK)
        except asyncpg.LockNotAvailableError:
            continue
        return


async def _lead(connection: Any, bus: Bus, redis: Redis) -> None:
    async with redis.pubsub() as hints:
        await hints.subscribe(WAKE)
        await redis.set(LAYOUT, bus.layout)
        watch = _Watch(connection, bus)
        await watch.look()
        while await move(connection, bus, left_over=True):
            pass
        while not told_to_stop():
            if not await move(connection, bus):
                await hints.get_message(ignore_subscribe_messages=True, timeout=_LOOK_SECONDS)
            await _drain(hints)
            await watch.look()
        raise asyncio.CancelledError


async def _drain(hints: PubSub) -> None:
    """What is told until here is in the database: the next look finds it, and one is enough."""
    while await hints.get_message(ignore_subscribe_messages=True, timeout=0):
        pass


class _Watch:
    """Looks now and then whether shards have another server, and makes good what it may lack."""

    def __init__(self, db: Runs, bus: Bus) -> None:
        self._db, self._bus = db, bus
        self._lives: list[bytes | None] = []
        self._looked = float("-inf")

    async def look(self) -> None:
        if time.monotonic() - self._looked < _LIFE_SECONDS:
            return
        self._looked, lives = time.monotonic(), await self._bus.lives()
        if lives != self._lives:
            await self._repeat()
            await self._concede()
            self._lives = lives

    async def _repeat(self) -> None:
        if topics := self._bus.recent():
            found = await sql.many(self._db, _Out, "published_offsets", topics=list(topics))
            await self._bus.repeat({out.topic: out.offset for out in found})

    async def _concede(self) -> None:
        """What another relay published, or this one before it died, cannot be repeated: nobody may seem to have it."""
        after = ""
        while page := await sql.many(self._db, _Out, "published_page", after=after, n=_PAGE):
            after = page[-1].topic
            known = await self._bus.offsets([out.topic for out in page])
            ends = zip(page, known, strict=True)
            lacking = {out.topic: out.offset for out, end in ends if end is not None and end < out.offset}
            if lacking:
                log.warning("relay.redis_lacks_events", topics=len(lacking))
                await self._bus.concede(lacking)
