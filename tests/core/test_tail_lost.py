"""Redis comes back without its last moments, as `appendfsync everysec` allows: they are published again, and told."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec import Struct

from hub.core import relay
from hub.core.bus import Bus, Cursor
from hub.core.embedded import process
from hub.core.embedded.valkey import Valkey
from hub.core.feed import Feed
from hub.core.nursery import Nursery, stop
from hub.core.redis import RedisError, open_redis
from tests.core.conftest import Apart
from tests.core.test_feed_life import Listening
from tests.core.test_relay import append
from tests.hubs import until


class Forgetful:
    """A Redis of one's own that can be taken back to where it was."""

    def __init__(self, home: Path) -> None:
        self._valkey, self._copy = Valkey(home, "test"), home / "copy"
        self._data = home / "valkey"
        self._valkey.start()
        self.url = self._valkey.url()

    async def remember(self) -> None:
        """What was written by now is what will be left."""
        redis = open_redis(self.url)

        async def written() -> bool:
            return bool((await redis.info("persistence"))["aof_buffer_length"] == 0)

        await until(written)
        await redis.aclose()
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self._data, self._copy)

    def forget(self) -> None:
        """It dies, and is there again with what it had then."""
        self._kill()
        shutil.rmtree(self._data)
        shutil.copytree(self._copy, self._data)
        self._valkey.start()

    def _kill(self) -> None:
        assert self._valkey._process
        self._valkey._process.kill()
        self._valkey._process.wait()

    def stop(self) -> None:
        assert self._valkey._process
        process.stop(self._valkey._process)


class Side(Struct, frozen=True):
    """A database and a forgetful Redis, with a bus, and a feed that reads it."""

    apart: Apart
    redis: Forgetful
    bus: Bus
    feed: Feed


@pytest.fixture
async def side(apart: Apart, tmp_path: Path) -> AsyncIterator[Side]:
    forgetful, nursery = Forgetful(tmp_path), Nursery()
    redis, reader = open_redis(forgetful.url), open_redis(forgetful.url)
    bus = Bus(redis)
    feed = Feed(apart.db, bus, Bus(reader))
    await feed.start(nursery)
    try:
        yield Side(apart, forgetful, bus, feed)
    finally:
        await nursery.close()
        await redis.aclose()
        await reader.aclose()
        forgetful.stop()


class Coming(Listening):
    """A listener in whose place another one comes as soon as it is told to look for itself."""

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self._feed, self.next = feed, Listening()

    def lost(self) -> None:
        super().lost()
        self._feed.join("a", self.next)


async def told(side: Side) -> bool:
    """Whether the relay has done with everything."""
    return not await side.apart.db.fetch("select 1 from core.outbox")


async def at(side: Side, topic: str, offset: int) -> bool:
    try:
        return await side.bus.offset(topic) == offset
    except RedisError:
        return False


async def lost(side: Side) -> Coming:
    """Five events of a topic, of which the last two are forgotten: who had them all."""
    relaying = asyncio.create_task(relay.run(side.apart.dsn, side.redis.url))
    had = Coming(side.feed)
    try:
        side.feed.join("a", had)
        await append(side.apart, "a", 1, 2, 3)
        await until(lambda: had.offsets == [1, 2, 3])
        await side.redis.remember()
        await append(side.apart, "a", 4, 5)
        await until(lambda: had.offsets == [1, 2, 3, 4, 5])
        await until(lambda: told(side))
        side.redis.forget()
        await until(lambda: had.losses > 0)
        await append(side.apart, "b", 1)
        await until(lambda: at(side, "b", 1), seconds=20)
    finally:
        await stop(relaying)
    return had


async def test_what_redis_forgot_is_published_again_and_who_listens_is_told(side: Side) -> None:
    had = await lost(side)
    await until(lambda: at(side, "a", 5))
    assert had.losses == 1
    # Who comes before it is there again gets it live; who comes after that gets it whole.
    await until(lambda: had.next.offsets == [4, 5])
    cursor, position = Cursor(side.feed.epoch, 3), await side.feed.position("a")
    assert position.offset == 5
    assert [event.offset for event in await side.feed.since("a", cursor, position) or []] == [4, 5]


async def test_what_a_relay_cannot_publish_again_it_does_not_hide(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that took over, or was started again with Redis: a client at the third event is told to load a snapshot."""
    monkeypatch.setattr("hub.core.bus._RECENT", 0)
    await lost(side)
    cursor, position = Cursor(side.feed.epoch, 3), await side.feed.position("a")
    assert (position.offset, await side.feed.since("a", cursor, position)) == (5, None)
    await append(side.apart, "a", 6)
    relaying = asyncio.create_task(relay.run(side.apart.dsn, side.redis.url))
    await until(lambda: at(side, "a", 6))
    await stop(relaying)
    assert await side.feed.since("a", cursor, await side.feed.position("a")) is None
    had_them, now = Cursor(side.feed.epoch, 5), await side.feed.position("a")
    assert [event.offset for event in await side.feed.since("a", had_them, now) or []] == [6]


async def test_a_relay_that_does_not_look_hides_it(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: two committed events are nowhere, and a client that stood at the third is up to date."""
    monkeypatch.setattr("hub.core.relay._Watch.look", never)
    await lost(side)
    cursor, position = Cursor(side.feed.epoch, 3), await side.feed.position("a")
    assert (position.offset, await side.feed.since("a", cursor, position)) == (3, [])
    had_all = Cursor(side.feed.epoch, 5)  # who has more than Redis is not set back all the same
    assert await side.feed.position("a", had_all) == had_all
    assert await side.feed.since("a", had_all, had_all) == []


async def never(_: object) -> None: ...
