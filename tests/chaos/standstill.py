"""Faults in which something stands still or goes back, and nobody dies: SIGSTOP, and a Redis without its last moments.

Each returns when everything works again.
"""

import asyncio
from collections.abc import Awaitable, Callable

from tests.chaos.fleet import BUS_LENGTH, HUBS
from tests.chaos.moves import MISSED_TRANSACTIONS, away, back, quiet, servers
from tests.chaos.world import World
from tests.chaos.writing import Writer, burst
from tests.hubs import until

_ASLEEP_SECONDS = (0.5, 2)
_FROZEN_SECONDS = (0.3, 5.5)
"""The longer one is more than anybody waits for an answer of Redis."""
_END_SESSIONS = (
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'caerus-relay'"
)


async def freeze_hubs(world: World) -> None:
    """Both, while a topic has its only event; they go on where they stood."""
    await _told_to_frozen_hubs(world, 0)


async def overtake_hubs(world: World) -> None:
    """Both, while the bus drops that event for newer ones."""
    await _told_to_frozen_hubs(world, 2 * BUS_LENGTH)


async def _told_to_frozen_hubs(world: World, more: int) -> None:
    topic, busy = await quiet(world), await quiet(world)
    async with servers(world) as where:
        with world.fleet.frozen(*HUBS):
            await burst(where, Writer(where, [topic], world.random), topic, 1, 100)
            await burst(where, Writer(where, [busy], world.random), busy, more // 4, 10)
            await world.wrote(MISSED_TRANSACTIONS)
            await until(world.sent, seconds=30)
            await asyncio.sleep(world.random.uniform(*_ASLEEP_SECONDS))
    await world.fleet.ready()


async def freeze_relay(world: World) -> None:
    """The one that leads, or the spare: both, one after the other. The database ends their sessions meanwhile: who
    stood still goes on in the middle of what another one has done since.
    """
    for name in ("relay", "spare"):
        with world.fleet.frozen(name):
            await world.truth.ask("execute", _END_SESSIONS)
            before = await world.truth.numbered()
            await world.wrote(MISSED_TRANSACTIONS)
            await until(lambda before=before: _goes_on(world, before), seconds=30)  # type: ignore[misc]
        await world.wrote(MISSED_TRANSACTIONS)


async def _goes_on(world: World, before: int) -> bool:
    """Whether some relay has numbered events since."""
    return await world.truth.numbered() > before


async def freeze_redis(world: World) -> None:
    """What nobody waited for is done all the same when it goes on."""
    await world.machines.freeze_redis(world.random.choice(_FROZEN_SECONDS))
    await world.fleet.ready()


async def rewind_redis(world: World) -> None:
    """It comes back without its last moments: while everybody listens, and while everybody is away."""
    for gone in (False, True):
        topic = await quiet(world)
        async with servers(world) as where:
            writer = Writer(where, [topic], world.random)
            await burst(where, writer, topic, 1, 100)
            await until(world.sent, seconds=30)
            await world.machines.remember_redis()
            if gone:
                await away(world)
            await burst(where, writer, topic, 1, 100)
            await world.wrote(MISSED_TRANSACTIONS)
            await until(world.sent, seconds=30)
        await world.machines.rewind_redis()
        back(world)
        await world.fleet.ready()


STANDSTILLS: dict[str, Callable[[World], Awaitable[None]]] = {
    "freeze hubs": freeze_hubs,
    "overtake hubs": overtake_hubs,
    "freeze relay": freeze_relay,
    "freeze redis": freeze_redis,
    "rewind redis": rewind_redis,
}
