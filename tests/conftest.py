"""Real PostgreSQL, real Redis, a real hub on a real port: one set for each test process."""

import asyncio
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
import structlog
from msgspec import Struct

from hub.core import migrations
from hub.core.embedded import Endpoints, Servers
from hub.core.secrets import Secrets
from hub.core.settings import Settings
from tests.hubs import RunningHub, running_hub


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that kill processes first: begun last, one of them would be waited for by all."""
    slow = {item.path for item in items if item.get_closest_marker("chaos")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session", autouse=True)
def quiet_logs() -> None:
    """Errors alone, in one line and its traceback: a test that fails is read by people."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
    )


# What a property test finds belongs to whoever changes the code: CI draws the same examples every time.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A home of its own; the server's user may walk into it."""
    with tempfile.TemporaryDirectory(prefix="caerus-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def settings(home: Path) -> Settings:
    """Development settings that listen wherever there is room, with cheap password hashing."""
    patch = pytest.MonkeyPatch()
    for name, value in {
        "CAERUS_HOME": str(home),
        "HUB_PORT": "0",
        "OPS_PORT": "0",
        "ARGON2_MEMORY_KIB": "8192",
        "APP_LOG_LEVEL": "ERROR",
        "HUB_SHUTDOWN_SECONDS": "2",
        # The tests of limits and back-off set their own.
        "RATE_LIMIT_IP": "1000000",
        "RATE_LIMIT_AUTH": "1000000",
        "RATE_LIMIT_USER": "1000000",
        "RATE_LIMIT_DEVICE": "1000000",
        "RATE_LIMIT_PRODUCER": "1000000",
        "LOGIN_FREE_FAILURES": "100000",
        # The tests of copying approve by hand as often as this.
        "COPY_EARNED_APPROVALS": "3",
        "COPY_MAX_TRADES_A_DAY": "1000",
        "COPY_KEEP_HOURS": "false",
    }.items():
        patch.setenv(name, value)
    return Settings()


@pytest.fixture(scope="session")
def servers(settings: Settings) -> Iterator[Endpoints]:
    """PostgreSQL and Valkey, migrated."""
    with Servers(settings, Secrets(settings.app)) as embedded:
        endpoints = embedded.start()
        asyncio.run(migrations.up(endpoints.owner_dsn))
        yield endpoints


class FreshDatabase(Struct, frozen=True):
    """An empty database on the session's cluster."""

    owner_dsn: str
    app_dsn: str


@pytest.fixture
async def fresh_database(servers: Endpoints) -> FreshDatabase:
    """Nothing in it, not even our schema."""
    import asyncpg

    name = f"t_{uuid4().hex[:12]}"
    connection = await asyncpg.connect(servers.admin_dsn)
    try:
        await connection.execute(f"create database {name} owner caerus_owner")
    finally:
        await connection.close()
    return FreshDatabase(
        servers.owner_dsn.rsplit("/", 1)[0] + f"/{name}", servers.dsn.rsplit("/", 1)[0] + f"/{name}"
    )


@pytest.fixture(scope="session")
async def hub(settings: Settings, servers: Endpoints) -> AsyncIterator[RunningHub]:
    """A hub and a relay, in this process, on a real port."""
    async with running_hub(settings, servers.dsn, servers.redis_url) as running:
        yield running
