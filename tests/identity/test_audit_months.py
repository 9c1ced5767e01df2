"""A month's partition is made by its first writer, however many come at once and whatever else is written."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from hub.core import clock
from hub.core.embedded import Endpoints
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from tests.hubs import RunningHub


async def write(hub: RunningHub, month: int) -> None:
    async with hub.res.db.transaction() as tx:
        await audit.record(tx, Entry("test.month", f"month:{month}", "user"))


def set_month(monkeypatch: pytest.MonkeyPatch, month: int) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, month, 1, tzinfo=UTC))


async def test_the_first_writers_of_a_month_all_get_through(
    alone: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for month in range(1, 7):
        set_month(monkeypatch, month)
        await asyncio.gather(*(write(alone, month) for _ in range(8)))
    assert await audit.verify(alone.res.db) == 48
    tables = await alone.rows("select relname from pg_class where relname ~ '^audit_log_\\d{4}_\\d\\d$'")
    assert len(tables) == 6


async def test_a_month_turns_while_an_entry_of_the_old_one_is_written(
    alone: RunningHub, servers: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the chain gets the log, too: the new month's first writer waits before it locks anything."""
    set_month(monkeypatch, 1)
    await write(alone, 1)
    name = await alone.res.db.pool.fetchval("select current_database()")
    old = await asyncpg.connect(servers.admin_dsn.rsplit("/", 1)[0] + f"/{name}")
    async with old.transaction():
        await old.execute("select 1 from identity.audit_head for update")
        set_month(monkeypatch, 2)
        new = asyncio.create_task(write(alone, 2))
        await alone.until_waiting(1)
        await old.execute("set local lock_timeout = '2s'")
        await old.execute("lock table identity.audit_log in row exclusive mode")
    await new
    await old.close()
    assert await audit.verify(alone.res.db) == 2
