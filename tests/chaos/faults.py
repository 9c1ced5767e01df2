"""What is done to the stack in a round. Each returns when everything that it broke works again."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

from tests.chaos.board import DIE_STEPS
from tests.chaos.fleet import HUBS
from tests.chaos.moves import MISSED_TRANSACTIONS, away, back, quiet, servers
from tests.chaos.standstill import STANDSTILLS
from tests.chaos.subscribers import TOO_SLOW, UNAUTHENTICATED, Subscriber
from tests.chaos.world import World
from tests.chaos.writing import Where, Writer, burst
from tests.hubs import until

Fault = Callable[[World], Awaitable[None]]
FAULTS: dict[str, Fault] = dict(STANDSTILLS)

_STALLED_STEPS, _STALLED_SIZE = 16, 30_000
_STALLS = 4
_UNDER_WAY_SECONDS = 0.05


def fault(name: str) -> Callable[[Fault], Fault]:
    def declare(work: Fault) -> Fault:
        FAULTS[name] = work
        return work

    return declare


def _killing(name: str) -> None:
    async def work(world: World) -> None:
        await world.fleet.kill(name)
        await world.fleet.ready()

    FAULTS[f"kill {name}"] = work


for _name in ("hub1", "hub2", "worker"):
    _killing(_name)


@fault("kill relay")
async def kill_relay(world: World) -> None:
    """The one that leads, or the spare: nobody knows which, so both, each with one event under way."""
    for name in ("relay", "spare"):
        topic = await quiet(world)
        async with servers(world) as where:
            await burst(where, Writer(where, [topic], world.random), topic, 1, 10)
        await asyncio.sleep(world.random.uniform(0, _UNDER_WAY_SECONDS))
        await world.fleet.kill(name)
        await world.wrote(MISSED_TRANSACTIONS)


@fault("kill redis")
async def kill_redis(world: World) -> None:
    """While everybody listens, and while everybody is away; it comes back with what it wrote to its disk."""
    await world.machines.kill_redis(down=_down(world))
    await world.fleet.ready()
    await away(world)
    await world.machines.kill_redis()
    back(world)


@fault("kill postgres")
async def kill_postgres(world: World) -> None:
    await world.machines.kill_postgres(down=_down(world))


def _down(world: World) -> float:
    """How long (s) a server stays away."""
    return world.random.choice((0.0, 0.3, 1.0))


@fault("kill writer")
async def kill_writer(world: World) -> None:
    """At each step of a transaction, and at a moment of its own."""
    for step in range(len(DIE_STEPS) + 1):
        if step:
            world.board["die"] = step
            await world.fleet.fell("writer")
        else:
            await world.fleet.kill("writer")
        await world.wrote(1)


@fault("cut")
async def cut(world: World) -> None:
    """Connections of subscribers, again and again, each time some."""
    for _ in range(4):
        for front in world.fronts:
            front.cut(world.random.uniform(0.3, 1), world.random)
        await world.wrote(3)


@fault("cut links")
async def cut_links(world: World) -> None:
    """Connections of hubs, relays and worker to PostgreSQL and Redis."""
    for _ in range(4):
        for link in world.fleet.links():
            link.cut(world.random.uniform(0.1, 0.6), world.random)
        await world.wrote(5)
    await world.fleet.ready()


@fault("delay")
async def delay(world: World) -> None:
    """Late and in crumbs, and some lose patience and connect again while the old connection is still full."""
    slow = world.fronts + world.fleet.links()
    for proxy in world.random.sample(slow, len(slow) // 2) + world.fronts:
        proxy.delay, proxy.drip = world.random.uniform(0.02, 0.15), world.random.random() < 0.5
    await world.wrote(MISSED_TRANSACTIONS)
    for subscriber in world.subscribers:
        if world.random.random() < 0.7:
            subscriber.hurry()
    await world.wrote(MISSED_TRANSACTIONS)
    for proxy in slow:
        proxy.heal()


@fault("stall")
async def stall(world: World) -> None:
    """Somebody does not read while more comes than buffers hold; the witness beside does."""
    topic = f"candles:STALL{uuid4().hex[:12].upper()}"
    slow = world.subscribe(f"slow-{topic[-4:]}", 0, [topic], "slow-")
    witness = world.subscribe(f"witness-{topic[-4:]}", 1, [topic])
    world.passing += [slow, witness]
    await until(lambda: slow.stands(topic) == witness.stands(topic) == 0, seconds=30)
    async with servers(world) as where:
        writer = Writer(where, [topic], world.random)
        for _ in range(_STALLS):
            await _overfill(world, where, writer, witness, topic)
            if world.fleet.proxies["slow-hub1"].dropping:
                return
            await until(lambda: slow.stands(topic) == witness.stands(topic), seconds=30)
            # Its hub may have closed it for something of the fault before, in place of this.
            if slow.codes[TOO_SLOW]:
                return
    raise AssertionError("no hub closes who does not read")


async def _overfill(world: World, where: Where, writer: Writer, witness: Subscriber, topic: str) -> None:
    proxies = [world.fleet.proxies[f"slow-{hub}"] for hub in HUBS]
    for proxy in proxies:
        proxy.stall()
    for _ in range(_STALLED_STEPS):
        wanted = witness.stands(topic) + 8
        await burst(where, writer, topic, 2, _STALLED_SIZE)
        await until(lambda wanted=wanted: witness.stands(topic) >= wanted, seconds=30)
    for proxy in proxies:
        proxy.heal()


def _expired(world: World) -> int:
    return sum(each.codes[UNAUTHENTICATED] for each in world.subscribers)


@fault("clock")
async def clock(world: World) -> None:
    """Clocks jump by up to fifty minutes, one hub's past the end of tokens; the writer's goes back and forth.
    Then they are set right.
    """
    hub = world.random.choice(HUBS)
    for each in world.subscribers:
        each.renew()  # the last jump may have left one that is good for an hour
    for name in world.random.sample(["hub1", "hub2", "relay", "writer"], 3):
        world.board[name] = world.random.choice((-1, 1)) * world.random.choice((60, 600, 1_000, 3_000))
    world.board[hub], world.board["stutter"] = world.random.uniform(1_000, 3_000), 240
    before, deadline = _expired(world), time.monotonic() + 30
    while _expired(world) == before:
        assert time.monotonic() < deadline, f"{hub} lets old tokens in"
        for front in world.fronts:
            front.cut()
        await world.wrote(3 * MISSED_TRANSACTIONS)
    for name in ("hub1", "hub2", "relay", "writer", "stutter"):
        world.board[name] = 0
    for front in world.fronts:
        front.cut(0.5, world.random)


@fault("lose redis")
async def lose_redis(world: World) -> None:
    """Everybody is away and misses something, and then Redis comes back with nothing."""
    await away(world)
    await world.machines.kill_redis(empty=True)
    back(world)


@fault("flush redis")
async def flush_redis(world: World) -> None:
    """Nobody is away, and Redis forgets everything between two events; the last time before the hubs heard of
    what was published, on a topic on which nothing comes after it too.
    """
    for _ in range(2):
        await world.wrote(MISSED_TRANSACTIONS)
        await world.machines.redis("FLUSHALL")
    topic = await quiet(world)
    links = [world.fleet.proxies[f"{hub}-redis"] for hub in HUBS]
    for link in links:
        link.stall()
    async with servers(world) as where:
        await burst(where, Writer(where, [topic], world.random), topic, 1, 100)
    await world.wrote(MISSED_TRANSACTIONS)
    await until(world.sent, seconds=30)
    await world.machines.redis("FLUSHALL")
    for link in links:
        link.heal()


def shares(rounds: int, chance: random.Random) -> list[str]:
    """Which fault in which round: each its fair share, in a random order."""
    names = list(FAULTS)
    chance.shuffle(names)
    deck = [names[number % len(names)] for number in range(rounds)]
    chance.shuffle(deck)
    return deck
