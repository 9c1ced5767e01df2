"""The bus on a real Redis Cluster: nodes that die and lose their data, slots that move, what is read resumes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from redis.crc import key_slot

from hub.core.bus import Bus, Published, open_bus
from hub.core.cluster import Cluster as Client
from hub.core.feed import Feed
from hub.core.nursery import Nursery
from hub.core.redis import RedisError, open_redis
from hub.core.redis_settings import RedisSettings
from tests.core.conftest import Apart
from tests.core.test_feed_life import Listening
from tests.hubs import until
from tests.valkey_cluster import Cluster, Node

SHARDS = 6


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.core.feed._LOOK_SECONDS", 0.3)


def on(cluster: Cluster, kind: type[Bus] = Bus) -> Bus:
    made = open_bus(RedisSettings(bus_url=cluster.url(), bus_shards=SHARDS), None)  # type: ignore[arg-type]
    return kind(*(shard.redis for shard in made._shards), tagged=True)


def event(topic: str, offset: int) -> Published:
    return Published(topic, offset, b"{}")


def slot(shard: int) -> int:
    return key_slot(f"caerus:{{{shard}}}".encode())


def topics(bus: Bus, shard: int, count: int) -> list[str]:
    """Topics that belong to a shard."""
    return [name for n in range(10_000) if bus.shard(name := f"t{n}") == shard][:count]


async def published(bus: Bus, *events: Published) -> None:
    """As the relay does: again until it succeeds."""

    async def done() -> bool:
        try:
            await bus.publish(events)
        except RedisError:
            return False
        return True

    await until(done, seconds=15)


class Gated(Bus):
    """A reader that can be held up, and counts how often it looked at a shard's life."""

    def __init__(self, *redis: object, tagged: bool = False) -> None:
        super().__init__(*redis, tagged=tagged)  # type: ignore[arg-type]
        self.gate = asyncio.Event()
        self.gate.set()
        self.looks = 0

    async def read(self, after: bytes, *, wait: float, shard: int = 0) -> list[tuple[bytes, Published]]:
        await self.gate.wait()
        found = await super().read(after, wait=0.05, shard=shard)
        if not self.gate.is_set():
            raise RedisError("held up")
        return found

    async def life(self, shard: int = 0) -> bytes | None:
        self.looks += 1
        return await super().life(shard)


class Careless(Gated):
    """Without the protection: whatever Redis lost, its life is the same."""

    async def life(self, shard: int = 0) -> bytes | None:
        self.looks += 1
        return b"always"

    async def keeps(self, after: bytes, shard: int = 0) -> bool:
        return True


@asynccontextmanager
async def feeding(apart: Apart, bus: Bus, reader: Bus) -> AsyncIterator[Feed]:
    nursery, feed = Nursery(), Feed(apart.db, bus, reader)
    await feed.start(nursery)
    try:
        yield feed
    finally:
        await nursery.close()
        await bus.aclose()
        await reader.aclose()


def listening(feed: Feed, names: Sequence[str]) -> dict[str, Listening]:
    found = {name: Listening() for name in names}
    for name, listener in found.items():
        feed.join(name, listener)
    return found


async def test_events_of_many_topics_come_once_in_order_over_all_shards(
    apart: Apart, cluster: Cluster
) -> None:
    names = [f"candles:{n}" for n in range(30)]
    async with feeding(apart, on(cluster), on(cluster)) as feed:
        heard = listening(feed, names)
        for offset in range(1, 41, 2):
            batch = [event(name, n) for n in (offset, offset + 1) for name in names]
            assert await feed.bus.publish(batch) == len(batch)
            assert await feed.bus.publish(batch) == 0
        await until(lambda: all(each.offsets[-1:] == [40] for each in heard.values()))

        assert {feed.bus.shard(name) for name in names} == set(range(SHARDS))
        assert [each.offsets for each in heard.values()] == [list(range(1, 41))] * len(names)
        assert await feed.bus.offsets(["nobody", *names]) == [None] + [40] * len(names)
        missed = await feed.since(names[7], await feed.position(names[7]), await feed.position(names[7]))
        assert missed == []
        assert [e.offset for e in await feed.bus.history(names[7], 30)] == list(range(31, 41))
        for node in cluster.nodes:
            assert await node.redis.keys("caerus:{*}:bus") != []


async def lost_before_it_was_read(
    apart: Apart, cluster: Cluster, reader: Gated
) -> tuple[Listening, Listening, Listening]:
    """A node takes an event and dies with it; who listens to that topic, to one beside it, and elsewhere."""
    bus = on(cluster)
    owners = {shard: await cluster.owner(slot(shard)) for shard in range(SHARDS)}
    elsewhere = next(shard for shard in owners if owners[shard] is not owners[0])
    quiet, busy = topics(bus, 0, 2)
    [other] = topics(bus, elsewhere, 1)
    async with feeding(apart, bus, reader) as feed:
        heard = listening(feed, [quiet, busy, other])
        await bus.publish([event(name, 1) for name in heard])
        await until(lambda: all(each.offsets == [1] for each in heard.values()))

        reader.gate.clear()
        await bus.publish([event(quiet, 2)])
        await empty(owners[0])
        reader.gate.set()

        await published(bus, event(busy, 2), event(other, 2))
        await until(lambda: (heard[busy].offsets, heard[other].offsets) == ([1, 2], [1, 2]))
        enough = reader.looks + 2 * SHARDS
        await until(lambda: reader.looks >= enough)
    return heard[quiet], heard[busy], heard[other]


async def empty(node: Node) -> None:
    node.kill()
    node.lose_data()
    await node.start()


async def test_who_may_have_missed_what_a_node_lost_is_told_and_nobody_else(
    apart: Apart, cluster: Cluster
) -> None:
    quiet, busy, other = await lost_before_it_was_read(apart, cluster, on(cluster, Gated))  # type: ignore[arg-type]

    assert (quiet.losses, busy.losses, other.losses) == (1, 1, 0)
    assert quiet.offsets == [1]


async def test_without_a_look_at_its_life_nobody_hears_of_what_a_node_lost(
    apart: Apart, cluster: Cluster
) -> None:
    """The negative control of the test above: the second event is gone, and its listener knows nothing of it."""
    quiet, _, _ = await lost_before_it_was_read(apart, cluster, on(cluster, Careless))  # type: ignore[arg-type]

    assert (quiet.losses, quiet.offsets) == (0, [1])


async def test_a_slot_moves_while_events_flow(apart: Apart, cluster: Cluster) -> None:
    async with feeding(apart, on(cluster), on(cluster)) as feed:
        names = [name for shard in range(SHARDS) for name in topics(feed.bus, shard, 2)]
        heard, moved = listening(feed, names), False

        async def write() -> int:
            offset = 0
            while not moved or offset < 50:
                offset += 1
                await published(feed.bus, *(event(name, offset) for name in names))
            return offset

        writing = asyncio.create_task(write())
        for shard in range(3):
            here = await cluster.owner(slot(shard))
            there = next(node for node in cluster.nodes if node is not here)
            await until(lambda: all(each.offsets for each in heard.values()))
            await cluster.move(slot(shard), there)
        moved = True
        last = await writing
        await until(lambda: all(each.offsets[-1] == last for each in heard.values()))
        assert [each.offsets for each in heard.values()] == [list(range(1, last + 1))] * len(names)


async def test_a_client_that_stays_where_the_slot_was_is_refused(cluster: Cluster) -> None:
    """The negative control of the test above."""
    here = await cluster.owner(slot(0))
    stays = Bus(here.redis, tagged=True)
    await stays.publish([event("a", 1)])
    await cluster.move(slot(0), next(node for node in cluster.nodes if node is not here))
    with pytest.raises(RedisError, match="MOVED"):
        await stays.publish([event("a", 2)])


async def test_while_a_slot_is_half_moved_a_batch_is_published_whole_or_not_at_all(cluster: Cluster) -> None:
    """The stream is there, the topic here: neither may learn of an event that the other does not get."""
    bus, here = on(cluster), await cluster.owner(slot(0))
    [name] = topics(bus, 0, 1)
    there = next(node for node in cluster.nodes if node is not here)
    await bus.publish([event(name, 1)])
    await cluster.move(slot(0), there, keys=["caerus:{0}:bus"])
    with pytest.raises(RedisError):
        await bus.publish([event(name, 2)])
    assert await bus.offset(name) == 1
    assert await on_the_stream(bus) == [1]  # it is asked for where it went

    await cluster.move(slot(0), there)
    assert await bus.publish([event(name, 2)]) == 1
    assert await on_the_stream(bus) == [1, 2]
    await bus.aclose()


async def on_the_stream(bus: Bus) -> list[int]:
    return [found.offset for _, found in await bus.read(b"0-0", wait=0.1, shard=0)]


async def test_a_replica_takes_over(apart: Apart, cluster: Cluster) -> None:
    """It may lack what its primary had last: who listens there looks for itself, and what follows comes."""
    here = await cluster.owner(slot(0))
    await cluster.replicate(here)
    async with feeding(apart, on(cluster), on(cluster)) as feed:
        [name] = topics(feed.bus, 0, 1)
        heard = listening(feed, [name])[name]
        await published(feed.bus, event(name, 1))
        await until(lambda: heard.offsets == [1])
        here.kill()
        await published(feed.bus, event(name, 2))
        await until(lambda: heard.losses == 1 and heard.offsets == [1, 2])


async def test_a_cluster_that_is_away_is_an_error_in_time() -> None:
    away = Client("redis-cluster://127.0.0.1:1,127.0.0.1:2", connections=1, timeout=1).slot("a")
    with pytest.raises(RedisError, match="no node"):
        await away.get("a")


async def test_a_single_redis_apart_has_as_many_shards_as_it_is_told(apart: Apart) -> None:
    here = RedisSettings(bus_url=apart.redis_url, bus_shards=3)
    async with feeding(apart, open_bus(here, apart.bus.redis), open_bus(here, apart.bus.redis)) as feed:
        names = [f"t{n}" for n in range(20)]
        heard = listening(feed, names)
        await feed.bus.publish([event(name, 1) for name in names])
        await until(lambda: all(each.offsets == [1] for each in heard.values()))
    redis = open_redis(apart.redis_url)
    assert sorted(await redis.keys("*:bus")) == [b"caerus:{%d}:bus" % k for k in range(3)]
    await redis.aclose()
