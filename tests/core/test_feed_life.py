"""A Redis that lost its data may have lost what no hub had read: listeners are told to look for themselves."""

from collections.abc import Sequence

from hub.core.bus import Bus, Published
from hub.core.feed import Feed
from hub.core.nursery import Nursery
from tests.core.conftest import Apart
from tests.hubs import until


class Listening:
    """What a listener was told."""

    encoding = None

    def __init__(self) -> None:
        self.offsets: list[int] = []
        self.losses = 0

    def deliver(self, events: Sequence[Published], frames: bytes) -> None:
        self.offsets += [event.offset for event in events]

    def lost(self) -> None:
        self.losses += 1


class Looking(Bus):
    """A bus that counts how often its life was looked at, and for what it keeps."""

    looks = asked = 0

    async def life(self, shard: int = 0) -> bytes | None:
        self.looks += 1
        return await super().life(shard)

    async def keeps(self, after: bytes, shard: int = 0) -> bool:
        self.asked += 1
        return await super().keeps(after, shard)


def event(topic: str, offset: int) -> Published:
    return Published(topic, offset, b"{}")


async def told(apart: Apart, *, forgets: bool) -> tuple[Listening, Listening]:
    """Two listeners, of a topic that goes on and of one that is quiet, after Redis was emptied or was not."""
    nursery, bus, reader = Nursery(), apart.bus, Looking(apart.bus.redis)
    feed = Feed(apart.db, bus, reader)
    await feed.start(nursery)
    busy, quiet = Listening(), Listening()
    feed.join("busy", busy)
    feed.join("quiet", quiet)
    try:
        await bus.publish([event("busy", 1), event("quiet", 1)])
        await until(lambda: (busy.offsets, quiet.offsets) == ([1], [1]))
        if forgets:
            await bus.redis.flushdb()
        number, enough = 1, reader.looks + 2
        while reader.looks < enough:
            number += 1
            await bus.publish([event("busy", number)])
            await until(lambda n=number: busy.offsets[-1] >= n)  # type: ignore[misc]
        await until(lambda: not forgets or quiet.losses > 0)
    finally:
        await nursery.close()
    return busy, quiet


async def test_listeners_of_a_quiet_topic_are_told_that_the_bus_began_anew(apart: Apart) -> None:
    busy, quiet = await told(apart, forgets=True)

    assert quiet.losses == 1
    assert busy.losses == 1


async def test_nobody_is_told_so_of_a_bus_that_goes_on(apart: Apart) -> None:
    busy, quiet = await told(apart, forgets=False)

    assert (busy.losses, quiet.losses) == (0, 0)
