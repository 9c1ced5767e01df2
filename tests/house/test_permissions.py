"""What the roles of the database may not do."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from hub.core.embedded import Endpoints
from tests.hubs import RunningHub


@pytest.fixture
async def app(hub: RunningHub, servers: Endpoints) -> AsyncIterator[Any]:
    await hub.person()
    connection = await asyncpg.connect(servers.dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def owner(hub: RunningHub, servers: Endpoints) -> AsyncIterator[Any]:
    await hub.person()
    connection = await asyncpg.connect(servers.owner_dsn)
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "create schema intruder",
        "create table trading.intruder (id integer)",
        "create table public.intruder (id integer)",
        "create function trading.intruder() returns integer language sql as 'select 1'",
        "alter table trading.signals add column intruder text",
        "alter table trading.signals disable trigger all",
        "alter table identity.audit_log disable trigger append_only",
        "drop trigger append_only on identity.audit_log",
        "drop table trading.signals",
        "drop schema trading cascade",
        "create index intruder on trading.signals (id)",
        "truncate trading.signals",
        "delete from trading.signals",
        "delete from trading.approvals",
        "delete from identity.users",
        "update core.stream set epoch = 'x'",
        "update public.migrations set checksum = 'x'",
        "create role intruder",
        "update identity.audit_log set action = 'nothing'",
        "delete from identity.audit_log",
        "truncate identity.audit_log",
        "update identity.audit_daily set seq = 1",
        "delete from identity.audit_daily",
    ],
)
async def test_the_app_role_may_not(app: Any, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "update identity.audit_log set action = 'nothing'",
        "delete from identity.audit_log",
        "truncate identity.audit_log",
    ],
)
async def test_the_trigger_stops_even_the_owner_of_the_audit_log(owner: Any, statement: str) -> None:
    before = await owner.fetchval("select count(*) from identity.audit_log")
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await owner.execute(statement)
    assert before > 0
    assert await owner.fetchval("select count(*) from identity.audit_log") == before
