"""A database and a Redis of their own, for tests that break things."""

import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import structlog
from msgspec import Struct

from hub.core import migrations
from hub.core.bus import Bus
from hub.core.db import Db, open_db
from hub.core.embedded import Endpoints
from hub.core.redis import open_redis
from hub.core.settings import Settings
from tests.conftest import FreshDatabase
from tests.valkey_cluster import Cluster


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


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


@pytest.fixture(scope="module")
async def nodes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    """A Redis Cluster for the tests of a file."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        await cluster.start()
        yield cluster
    finally:
        await cluster.stop()


@pytest.fixture
async def cluster(nodes: Cluster) -> Cluster:
    """An empty one."""
    await nodes.empty()
    return nodes


@pytest.fixture
def events() -> Iterator[list[Any]]:
    """What is logged, at every level, as dictionaries."""
    kept = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    with structlog.testing.capture_logs() as found:
        yield found
    structlog.configure(**kept)
