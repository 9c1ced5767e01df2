"""A worker for those who read letters, a hub with a database of its own, and a way to make transactions meet."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import pytest
from msgspec import Struct

from hub.core import migrations
from hub.core.embedded import Endpoints
from hub.core.settings import Settings
from hub.core.sql import Sql
from tests.conftest import FreshDatabase
from tests.hubs import RunningHub, running_hub
from tests.identity.mailbox import Mailbox, working


@pytest.fixture(scope="module")
async def mailbox(hub: RunningHub, servers: Endpoints) -> AsyncIterator[Mailbox]:
    """A worker beside the hub."""
    async with working(hub.res, servers.redis_url):
        yield Mailbox(hub)


@pytest.fixture
async def alone(
    settings: Settings, servers: Endpoints, fresh_database: FreshDatabase
) -> AsyncIterator[RunningHub]:
    """A hub whose people are those of the test."""
    await migrations.up(fresh_database.owner_dsn)
    async with running_hub(settings, fresh_database.app_dsn, servers.redis_url) as running:
        yield running


class Meeting(Struct, frozen=True):
    """While it lasts nobody can commit an audited change: who wants to waits, with what it holds."""

    hub: RunningHub

    async def waits(self, count: int) -> None:
        """Until so many transactions wait for a row."""
        await self.hub.until_waiting(count)


Together = Callable[[RunningHub], Any]


@pytest.fixture
def together(servers: Endpoints) -> Together:
    """`async with together(hub) as meeting:` holds the audit chain's lock."""

    @asynccontextmanager
    async def meet(hub: RunningHub) -> AsyncIterator[Meeting]:
        name = await hub.res.db.pool.fetchval("select current_database()")
        connection = await asyncpg.connect(servers.admin_dsn.rsplit("/", 1)[0] + f"/{name}")
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute("select 1 from identity.audit_head for update")
            yield Meeting(hub)
        finally:
            await transaction.rollback()
            await connection.close()

    return meet


Weaken = Callable[[Sql, str, str, str], None]


@pytest.fixture
def weaken(monkeypatch: pytest.MonkeyPatch) -> Weaken:
    """Take a protection out of a query: the negative control of a promise."""

    def replace(sql: Sql, name: str, old: str, new: str) -> None:
        query = sql.queries[name]
        assert old in query.text
        weak = msgspec.structs.replace(query, text=query.text.replace(old, new))
        monkeypatch.setitem(sql.queries, name, weak)

    return replace
