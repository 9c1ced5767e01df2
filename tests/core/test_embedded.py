"""The embedded servers: what was stored is there again; one at a time per home."""

import asyncio
import shutil
from pathlib import Path

import asyncpg
import pytest

from hub.core.embedded import Endpoints, Servers, running
from hub.core.embedded.process import NotStarted
from hub.core.redis import open_redis
from hub.core.secrets import Secrets
from hub.core.settings import Settings


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("CAERUS_HOME", str(tmp_path_factory.mktemp("home")))
    return Settings()


def started(settings: Settings) -> Servers:
    return Servers(settings, Secrets(settings.app))


async def store(endpoints: Endpoints) -> None:
    connection = await asyncpg.connect(endpoints.owner_dsn)
    await connection.execute("create table kept (n integer); insert into kept values (7)")
    await connection.close()
    redis = open_redis(endpoints.redis_url)
    await redis.set("kept", "7")
    await redis.aclose()


async def stored(endpoints: Endpoints) -> tuple[int, bytes]:
    connection = await asyncpg.connect(endpoints.owner_dsn)
    number = await connection.fetchval("select n from kept")
    await connection.close()
    redis = open_redis(endpoints.redis_url)
    value = await redis.get("kept")
    await redis.aclose()
    return number, value


async def is_empty(endpoints: Endpoints) -> bool:
    connection = await asyncpg.connect(endpoints.owner_dsn)
    found = await connection.fetchval("select to_regclass('public.kept')")
    await connection.close()
    redis = open_redis(endpoints.redis_url)
    kept = await redis.get("kept")
    await redis.aclose()
    return found is None and kept is None


def test_started_again_they_have_what_was_stored(own: Settings) -> None:
    with started(own) as servers:
        asyncio.run(store(servers.start()))
    assert running(own.app.home) is None
    with started(own) as servers:
        endpoints = servers.start()
        assert running(own.app.home) == endpoints
        assert asyncio.run(stored(endpoints)) == (7, b"7")
        assert (own.app.home / "endpoints.json").stat().st_mode & 0o777 == 0o600
        with pytest.raises(NotStarted, match="already runs"):
            started(own).start()
        assert asyncio.run(stored(endpoints)) == (7, b"7")


def test_a_home_that_was_removed_and_made_anew_starts_empty(own: Settings) -> None:
    with started(own) as servers:
        asyncio.run(store(servers.start()))
    shutil.rmtree(own.app.home)
    with started(own) as servers:
        assert asyncio.run(is_empty(servers.start()))


def test_nothing_runs_where_nothing_was_started(tmp_path: Path) -> None:
    assert running(tmp_path) is None
