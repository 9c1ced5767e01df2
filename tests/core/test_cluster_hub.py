"""A hub and a relay with their bus on a Redis Cluster, followed by our own client over a real socket."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from caerus_client.retry import RetryPolicy
from caerus_client.stream import Event, Stream, Subscribed
from redis.crc import key_slot

from hub.core import health
from hub.core.bus import LAYOUT, Bus, open_bus
from hub.core.problems import Unavailable
from hub.core.redis_settings import RedisSettings
from hub.core.resources import open_resources
from hub.core.settings import Settings
from tests.core.conftest import Apart
from tests.core.test_relay import append
from tests.hubs import RunningHub, running_hub, until
from tests.served import Where, process
from tests.stream.sockets import fresh_topic, tell
from tests.valkey_cluster import Cluster, deafen

SHARDS = 6


def clustered(cluster: Cluster) -> RedisSettings:
    return RedisSettings(bus_url=cluster.url(), bus_shards=SHARDS)


@asynccontextmanager
async def running(settings: Settings, apart: Apart, cluster: Cluster) -> AsyncIterator[RunningHub]:
    changed = settings.model_copy(update={"redis": clustered(cluster)})
    async with running_hub(changed, apart.dsn, apart.redis_url) as hub:
        yield hub


@pytest.fixture
async def sharded(settings: Settings, apart: Apart, cluster: Cluster) -> AsyncIterator[RunningHub]:
    async with running(settings, apart, cluster) as hub:
        yield hub


@asynccontextmanager
async def alone(apart: Apart, settings: Settings) -> AsyncIterator[tuple[RunningHub, Cluster]]:
    """A hub on a cluster that is left in pieces."""
    with TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder))
        try:
            await cluster.start()
            async with running(settings, apart, cluster) as hub:
                yield hub, cluster
        finally:
            await cluster.stop()


def spread(hub: RunningHub, each: int) -> list[str]:
    """Topics, so many in every shard."""
    found: dict[int, list[str]] = {shard: [] for shard in range(SHARDS)}
    while any(len(topics) < each for topics in found.values()):
        topic = fresh_topic()
        found[hub.res.feed.bus.shard(topic)].append(topic)
    return [topic for topics in found.values() for topic in topics[:each]]


class Follower:
    """What a client knows of some topics; it says `lost` or `doubled` when an event does not follow the last."""

    def __init__(self, topics: Iterable[str]) -> None:
        self.at: dict[str, int] = {}
        self.snapshots: dict[str, int] = dict.fromkeys(topics, 0)
        self.answers = Counter[str]()
        self.faults: list[str] = []

    async def follow(self, hub: RunningHub) -> None:
        person = await hub.person()

        async def token() -> str:
            return person.token

        quick = RetryPolicy(delay=0.05, cap=0.2)
        stream = Stream(hub.base_url, token, dict.fromkeys(self.snapshots), retry=quick)
        async with aclosing(stream.events()) as events:
            async for each in events:
                if isinstance(each, Subscribed):
                    self._subscribed(each)
                elif isinstance(each, Event):
                    self._event(each.topic, each.offset)

    def _subscribed(self, answer: Subscribed) -> None:
        """A client that is told so loads a snapshot, which holds at least what is below the position."""
        topic, offset = answer.topic, answer.position.offset
        self.answers[topic] += 1
        if not answer.recovered:
            self.snapshots[topic] += 1
            self.at[topic] = offset
        elif offset != self.at.get(topic):
            self.faults.append(f"{topic} resumed at {offset} instead of {self.at.get(topic)}")

    def _event(self, topic: str, offset: int) -> None:
        if offset != self.at[topic] + 1:
            self.faults.append(f"{topic} went from {self.at[topic]} to {offset}")
        self.at[topic] = offset


class Flow:
    """Events of all topics, one after the other, until told to end."""

    def __init__(self, topics: list[str]) -> None:
        self.topics, self.written, self.ends = topics, 0, False

    async def write(self, hub: RunningHub) -> None:
        while not self.ends:
            self.written += 1
            for topic in self.topics:
                await tell(hub, topic, 1, start=self.written)


async def test_nodes_die_and_slots_move_while_events_flow(sharded: RunningHub, cluster: Cluster) -> None:
    """Whoever may have missed something is told so; nothing else is lost, and nothing comes twice."""
    topics = spread(sharded, 2)
    follower, flow = Follower(topics), Flow(topics)
    following = asyncio.create_task(follower.follow(sharded))
    await until(lambda: len(follower.at) == len(topics))
    writing = asyncio.create_task(flow.write(sharded))

    async def goes_on() -> None:
        at = flow.written
        await until(lambda: all(offset > at for offset in follower.at.values()), seconds=15)

    def slot(shard: int) -> int:
        return key_slot(f"caerus:{{{shard}}}".encode())

    await goes_on()
    for shard in (0, 1):
        here = await cluster.owner(slot(shard))
        await cluster.move(slot(shard), next(node for node in cluster.nodes if node is not here))
        await goes_on()
    assert set(follower.snapshots.values()) == {1}  # the one at the beginning: all that was missed was there

    dies = await cluster.owner(slot(2))
    theirs = {shard for shard in range(SHARDS) if await cluster.owner(slot(shard)) is dies}
    touched = [topic for topic in topics if sharded.res.feed.bus.shard(topic) in theirs]
    before = follower.answers.copy()
    dies.kill()
    dies.lose_data()
    await dies.start()
    await until(lambda: all(follower.answers[topic] > before[topic] for topic in touched), seconds=15)
    await goes_on()
    flow.ends = True
    await writing
    await until(lambda: set(follower.at.values()) == {flow.written})
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following

    assert follower.faults == []
    assert {topic for topic, count in follower.snapshots.items() if count > 1} <= set(touched)


async def taken_over(hub: RunningHub, cluster: Cluster) -> tuple[list[str], bool]:
    """A primary takes an event that its replica never hears of, and dies: what a client found wrong, and whether
    it comes to where the database is without anything more being told."""
    [topic] = spread(hub, 1)[:1]
    primary = await cluster.owner(key_slot(b"caerus:{0}:bus"))
    replica = await cluster.replicate(primary)
    follower = Follower([topic])
    await tell(hub, topic, 3)
    await until(lambda: all_are_at(hub.res.feed.bus, [topic], 3))
    await deafen(primary, replica)
    await tell(hub, topic, 2, start=4)
    await until(lambda: all_are_at(hub.res.feed.bus, [topic], 5))
    primary.kill()
    await until(replica.is_primary, seconds=15)
    following = asyncio.create_task(follower.follow(hub))
    try:
        await until(lambda: follower.at == {topic: 5}, seconds=4)
        arrived = True
    except TimeoutError:
        arrived = False
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
    return follower.faults, arrived


async def test_what_a_replica_had_not_heard_is_published_again(apart: Apart, settings: Settings) -> None:
    async with alone(apart, settings) as (hub, cluster):
        assert await taken_over(hub, cluster) == ([], True)


async def test_if_it_were_not_a_client_would_stay_behind(
    apart: Apart, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: two committed events are nowhere, and nobody is told."""
    monkeypatch.setattr("hub.core.relay._Watch.look", never)
    async with alone(apart, settings) as (hub, cluster):
        assert await taken_over(hub, cluster) == ([], False)


async def never(_: object) -> None: ...


async def test_a_relay_that_took_over_too_cannot_but_it_hides_nothing(
    apart: Apart, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.core.bus._RECENT", 0)
    async with alone(apart, settings) as (hub, cluster):
        assert await taken_over(hub, cluster) == ([], True)


async def test_a_poll_is_woken_over_the_cluster(sharded: RunningHub) -> None:
    person = await sharded.person()
    device, signal_id = await sharded.device(person), await (await sharded.producer()).opened()
    polling = asyncio.create_task(device.poll(wait=10))
    await until(lambda: f"commands:{person.id}" in sharded.res.feed.channels)
    await sharded.approve(person, signal_id)
    [command] = (await polling).body["commands"]
    assert command["kind"] == "open"
    bus, topic = sharded.res.feed.bus, f"commands:{person.id}"
    await until(lambda: all_are_at(bus, [topic], 1))


async def test_a_hub_that_reads_other_shards_than_the_relay_writes_is_not_ready(
    sharded: RunningHub, cluster: Cluster, apart: Apart, settings: Settings
) -> None:
    await until(lambda: ready(sharded))
    other = settings.model_copy(update={"redis": RedisSettings(bus_url=cluster.url(), bus_shards=SHARDS + 1)})
    async with open_resources(other, apart.dsn, apart.redis_url) as res:
        with pytest.raises(Unavailable, match=r"publishes to .* and 5 more, this hub reads .* and 6 more"):
            await health.check(res)


async def ready(hub: RunningHub) -> bool:
    answer = await hub.call("GET", "/api/v1/ready")
    return answer.status == 200 and await hub.res.redis.get(LAYOUT) is not None


async def test_the_relay_as_a_process_moves_events_to_the_cluster(
    apart: Apart, cluster: Cluster, settings: Settings, tmp_path: Path
) -> None:
    here = {"REDIS_BUS_URL": cluster.url(), "REDIS_BUS_SHARDS": str(SHARDS), "OPS_PORT": "0"}
    bus = open_bus(clustered(cluster), apart.bus.redis)
    async with process("relay", Where(apart.dsn, apart.redis_url), settings, tmp_path / "log", **here):
        for topic in "abcdef":
            await append(apart, topic, 1, 2, 3)
        await until(lambda: all_are_at(bus, list("abcdef"), 3), seconds=30)
    assert await apart.bus.redis.keys("caerus:*bus") == []
    await bus.aclose()


async def all_are_at(bus: Bus, topics: list[str], offset: int) -> bool:
    return set(await bus.offsets(topics)) == {offset}
