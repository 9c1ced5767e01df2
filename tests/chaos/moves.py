"""What several faults do on their way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from hub.core.db import open_db
from hub.core.redis import open_redis
from tests.chaos.world import World
from tests.chaos.writing import Where
from tests.hubs import until

MISSED_TRANSACTIONS = 10


async def away(world: World) -> None:
    """Nobody has a connection, and something is published meanwhile."""
    for front in world.fronts:
        front.refusing = True
        front.cut()
    await world.wrote(MISSED_TRANSACTIONS)
    await until(world.sent, seconds=30)


def back(world: World) -> None:
    for front in world.fronts:
        front.heal()


@asynccontextmanager
async def servers(world: World) -> AsyncIterator[Where]:
    endpoints = world.stack.endpoints
    db = await open_db(world.stack.settings.db, endpoints.dsn)
    redis = open_redis(endpoints.redis_url)
    try:
        yield Where(db, redis, f"burst-{uuid4().hex[:6]}")
    finally:
        await redis.aclose()
        await db.close()


async def quiet(world: World) -> str:
    """A new topic with a listener, on which only the fault writes."""
    topic = f"candles:QUIET{uuid4().hex[:12].upper()}"
    listener = world.subscribe(f"quiet-{topic[-4:]}", 2, [topic])
    world.passing.append(listener)
    await until(lambda: listener.stands(topic) == 0, seconds=30)
    return topic
