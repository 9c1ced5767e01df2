"""The audit chain: whole after honest work, broken by every kind of tampering."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from hub.core import migrations
from hub.core.db import Db, open_db
from hub.core.embedded import Endpoints
from hub.core.settings import Settings
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from tests.conftest import FreshDatabase
from tests.hubs import RunningHub

ENTRIES = 6


@pytest.fixture
async def log(fresh_database: FreshDatabase, settings: Settings) -> AsyncIterator[Db]:
    """A database with a chain of a few entries, one transaction each."""
    await migrations.up(fresh_database.owner_dsn)
    db = await open_db(settings.db, fresh_database.app_dsn)
    for number in range(ENTRIES):
        async with db.transaction() as tx:
            await audit.record(
                tx, Entry("test.act", f"thing:{number}", "user", ip="10.0.0.1", meta={"n": number})
            )
    yield db
    await db.close()


async def tamper(servers: Endpoints, database: FreshDatabase, statement: str) -> None:
    """As the superuser, with the trigger out of the way."""
    name = database.owner_dsn.rsplit("/", 1)[1]
    connection: Any = await asyncpg.connect(servers.admin_dsn.rsplit("/", 1)[0] + f"/{name}")
    try:
        await connection.execute("set session_replication_role = replica")
        touched = await connection.execute(statement)
        assert touched.rpartition(" ")[2] != "0"
    finally:
        await connection.close()


async def test_an_honest_chain_holds(log: Db) -> None:
    assert await audit.verify(log) == ENTRIES


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("update identity.audit_log set action = 'test.other' where seq = 3", 3),
        ("update identity.audit_log set target = 'thing:x' where seq = 3", 3),
        ("update identity.audit_log set actor_role = 'owner' where seq = 3", 3),
        ("update identity.audit_log set actor_id = gen_random_uuid() where seq = 3", 3),
        ("update identity.audit_log set id = gen_random_uuid() where seq = 3", 3),
        ("update identity.audit_log set ip = null where seq = 3", 3),
        ("update identity.audit_log set ip = '10.0.0.2' where seq = 3", 3),
        ("update identity.audit_log set meta = '{\"n\": 9}' where seq = 3", 3),
        ("update identity.audit_log set ts = ts + interval '1 microsecond' where seq = 3", 3),
        ("update identity.audit_log set hash = sha256('x') where seq = 3", 3),
        ("delete from identity.audit_log where seq = 3", 4),
        ("delete from identity.audit_log where seq = 1", 2),
        ("update identity.audit_log set seq = 100 + seq where seq = 3", 4),
        ("delete from identity.audit_log where seq = 6", 6),
        ("delete from identity.audit_log where seq > 3", 4),
        ("delete from identity.audit_log", 1),
    ],
)
async def test_tampering_is_found_at_the_first_broken_entry(
    log: Db, servers: Endpoints, fresh_database: FreshDatabase, statement: str, seq: int
) -> None:
    await tamper(servers, fresh_database, statement)
    found = await audit.verify(log)
    assert isinstance(found, audit.Broken)
    assert found.seq == seq


async def test_writers_at_once_leave_one_chain(log: Db) -> None:
    async def write(number: int) -> None:
        async with log.transaction() as tx:
            await audit.record(tx, *[Entry("test.many", f"{number}:{n}", "user") for n in range(3)])

    await asyncio.gather(*(write(number) for number in range(40)))
    assert await audit.verify(log) == ENTRIES + 120


async def test_an_entry_rolled_back_leaves_no_trace_in_the_chain(log: Db) -> None:
    async def undone() -> None:
        async with log.transaction() as tx:
            await audit.record(tx, Entry("test.undone", "x", "user"))
            raise LookupError

    with pytest.raises(LookupError):
        await undone()
    async with log.transaction() as tx:
        await audit.record(tx, Entry("test.after", "x", "user"))
    assert await audit.verify(log) == ENTRIES + 1


async def test_the_chain_is_read_page_by_page(log: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_PAGE", 2)
    assert await audit.verify(log) == ENTRIES


async def test_the_hub_leaves_a_chain_that_holds(hub: RunningHub) -> None:
    await asyncio.gather(*(hub.person() for _ in range(5)))
    held = await audit.verify(hub.res.db)
    assert isinstance(held, int) and held >= 5
