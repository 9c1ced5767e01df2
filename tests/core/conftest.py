"""A database and a Redis of their own, for tests that break things."""

from collections.abc import AsyncIterator

import pytest
from msgspec import Struct

from hub.core import migrations
from hub.core.bus import Bus
from hub.core.db import Db, open_db
from hub.core.embedded import Endpoints
from hub.core.redis import open_redis
from hub.core.settings import Settings
from tests.conftest import FreshDatabase


class Apart(Struct, frozen=True):
    """A migrated database and an empty Redis database, shared with nobody."""

    dsn: str
    redis_url: str
    db: Db
    bus: Bus


@pytest.fixture
async def apart_redis(servers: Endpoints) -> str:
    """An empty Redis database that nobody else uses."""
    url = servers.redis_url.rsplit("/", 1)[0] + "/9"
    redis = open_redis(url)
    await redis.flushdb()
    await redis.aclose()
    return url


@pytest.fixture
async def apart(fresh_database: FreshDatabase, apart_redis: str, settings: Settings) -> AsyncIterator[Apart]:
    await migrations.up(fresh_database.owner_dsn)
    redis = open_redis(apart_redis)
    db = await open_db(settings.db, fresh_database.app_dsn)
    yield Apart(fresh_database.app_dsn, apart_redis, db, Bus(redis))
    await db.close()
    await redis.aclose()
