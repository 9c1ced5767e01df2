"""A hub that is behind further than the bus is long: who may have missed something is told so; and only then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hub.core.bus import Bus, Published
from hub.core.feed import Feed
from hub.core.nursery import Nursery
from tests.core.conftest import Apart
from tests.core.test_feed_life import Listening, Looking, event
from tests.hubs import until

LENGTH, AT_ONCE = 200, 50


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short bus (Redis drops a hundred entries at a time), read in small pieces."""
    monkeypatch.setattr("hub.core.bus._BUS_LENGTH", LENGTH)
    monkeypatch.setattr("hub.core.bus.AT_ONCE", AT_ONCE)
    monkeypatch.setattr("hub.core.feed.AT_ONCE", AT_ONCE)


class Held(Looking):
    """A reader that can be held up."""

    def __init__(self, bus: Bus) -> None:
        super().__init__(bus.redis)
        self.gate = asyncio.Event()
        self.gate.set()
        self.waits = 0

    async def read(self, after: bytes, *, wait: float, shard: int = 0) -> list[tuple[bytes, Published]]:
        if not self.gate.is_set():
            self.waits += 1
        await self.gate.wait()
        return await super().read(after, wait=0.05, shard=shard)

    async def hold(self) -> None:
        """Until it stands still."""
        self.gate.clear()
        waited = self.waits
        await until(lambda: self.waits > waited)


class Trusting(Held):
    """Without the protection: it holds that nothing is ever dropped."""

    async def keeps(self, after: bytes, shard: int = 0) -> bool:
        return True


@asynccontextmanager
async def feeding(apart: Apart, reader: Bus) -> AsyncIterator[Feed]:
    nursery, feed = Nursery(), Feed(apart.db, Bus(apart.bus.redis), reader)
    await feed.start(nursery)
    try:
        yield feed
    finally:
        await nursery.close()


async def overtaken(apart: Apart, reader: Held, *, before: int, count: int) -> tuple[Listening, Listening]:
    """A quiet topic's event and `count` of a busy one, while the hub is held up; `before` had come. What each heard."""
    async with feeding(apart, reader) as feed:
        quiet, busy = Listening(), Listening()
        feed.join("quiet", quiet)
        feed.join("busy", busy)
        for offset in range(1, before + 1):
            await feed.bus.publish([event("busy", offset)])
        await until(lambda: len(busy.offsets) == before)
        await reader.hold()
        await feed.bus.publish([event("quiet", 1)])
        for offset in range(before + 1, before + count + 1):
            await feed.bus.publish([event("busy", offset)])
        reader.gate.set()
        last = before + count + 1
        await until(lambda: busy.losses > 0 or busy.offsets[-1:] == [last - 1])
        await feed.bus.publish([event("busy", last)])
        await until(lambda: busy.offsets[-1:] == [last])
    return quiet, busy


@pytest.mark.parametrize("look", [0.1, 10_000])
@pytest.mark.parametrize("before", [0, 1, 10])
async def test_who_may_have_missed_what_was_dropped_is_told(
    apart: Apart, monkeypatch: pytest.MonkeyPatch, look: float, before: int
) -> None:
    """Whether it looks because it is time to, or because it finds more than it can take."""
    monkeypatch.setattr("hub.core.feed._LOOK_SECONDS", look)
    quiet, busy = await overtaken(apart, Held(apart.bus), before=before, count=3 * LENGTH)
    assert (quiet.losses, quiet.offsets) == (1, [])
    assert busy.losses == 1
    assert busy.offsets == [*range(1, before + 1), before + 3 * LENGTH + 1]


async def test_who_trusts_the_bus_never_hears_of_it(apart: Apart) -> None:
    """The negative control of the test above: the quiet topic's event is gone, and its listener knows nothing of it."""
    quiet, busy = await overtaken(apart, Trusting(apart.bus), before=10, count=3 * LENGTH)
    assert (quiet.losses, quiet.offsets) == (0, [])
    assert busy.losses == 1


@pytest.mark.parametrize("before", [0, 10])
async def test_who_is_behind_less_than_that_misses_nothing(apart: Apart, before: int) -> None:
    quiet, busy = await overtaken(apart, Held(apart.bus), before=before, count=LENGTH - 20)
    assert (quiet.losses, quiet.offsets, busy.losses) == (0, [1], 0)
    assert busy.offsets == list(range(1, before + LENGTH - 18))


async def test_who_keeps_up_does_not_ask(apart: Apart) -> None:
    """A look is a round trip: it is not on the way of each read."""
    reader = Held(apart.bus)
    async with feeding(apart, reader) as feed:
        busy = Listening()
        feed.join("busy", busy)
        for offset in range(1, AT_ONCE):
            await feed.bus.publish([event("busy", offset)])
            await until(lambda n=offset: busy.offsets[-1:] == [n])  # type: ignore[misc]
    assert busy.losses == 0 and reader.asked <= reader.looks


async def test_what_cannot_be_read_is_lost_and_what_follows_comes(apart: Apart) -> None:
    """Somebody else has written to the stream."""
    async with feeding(apart, Held(apart.bus)) as feed:
        heard = Listening()
        feed.join("a", heard)
        await apart.bus.redis.xadd("caerus:bus", {"what": "is this"})
        await until(lambda: heard.losses == 1)
        await feed.bus.publish([event("a", 1)])
        await until(lambda: heard.offsets == [1])


class Broken(Listening):
    """A listener that fails over one event."""

    def deliver(self, events: object, frames: bytes) -> None:
        if [each.offset for each in events] == [1]:  # type: ignore[attr-defined]
            raise OverflowError
        super().deliver(events, frames)  # type: ignore[arg-type]


async def test_what_cannot_be_told_of_one_topic_is_lost_there_alone(apart: Apart) -> None:
    async with feeding(apart, Held(apart.bus)) as feed:
        broken, beside, other = Broken(), Listening(), Listening()
        feed.join("broken", broken)
        feed.join("broken", beside)
        feed.join("other", other)
        await feed.bus.publish([event("broken", 1), event("other", 1)])
        await until(lambda: other.offsets == [1])
        assert (broken.losses, beside.losses, other.losses) == (1, 1, 0)
        await feed.bus.publish([event("broken", 2)])
        await until(lambda: broken.offsets == [2])
