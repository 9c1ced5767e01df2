"""Where PostgreSQL and Redis are for this process: named in the environment, or embedded and running."""

from hub.core.bus import open_bus
from hub.core.embedded import Endpoints, running
from hub.core.redis import RedisError, open_redis
from hub.core.settings import Settings


class NoServers(Exception):
    """Neither named nor running; the message says what to do."""


def endpoints(settings: Settings) -> Endpoints:
    """`DB_DSN` and `REDIS_URL` when both are set, else the servers `caerus up` runs on this home."""
    dsn, url = settings.db.dsn, settings.redis.url
    if dsn and url:
        owner = settings.db.owner_dsn or dsn
        return Endpoints(dsn, owner, owner, url)
    if dsn or url:
        raise NoServers("Set both DB_DSN and REDIS_URL, or neither.")
    found = running(settings.app.home.resolve())
    if found is None:
        raise NoServers("Nothing runs here. Start `caerus up`, or set DB_DSN and REDIS_URL.")
    return found


async def must_answer(settings: Settings, redis_url: str) -> None:
    """`NoServers` unless Redis answers, and every shard of the bus: for the start of a process that needs both."""
    redis = open_redis(redis_url)
    bus = open_bus(settings.redis, redis)
    try:
        await redis.ping()
        for shard in range(len(bus)):
            await bus.end(shard)
    except (RedisError, OSError) as error:
        where = "REDIS_URL and REDIS_BUS_URL" if settings.redis.bus_url else "REDIS_URL"
        raise NoServers(f"Redis cannot be used ({type(error).__name__}): see {where}.") from None
    finally:
        await bus.aclose()
        await redis.aclose()
