"""No query reads a table that grows from one end to the other, unless it is said here why."""

import asyncpg

from hub.core import migrations
from hub.core.sql import Query
from tests.conftest import FreshDatabase
from tests.house import plans
from tests.house.test_sql import QUERIES

SMALL = {
    "alert_kinds": "a row for each kind there is",
    "audit_head": "one row",
    "heartbeats": "a row for each process",
    "kill_switches": "an owner's own doing",
    "producers": "a handful",
    "risk_defaults": "an owner's own doing",
    "stream": "one row",
}
"""Tables that no amount of people or trade makes large."""
WANTS_ALL = {
    # The whole chain is proven.
    "audit.all_daily": {"audit_daily"},
    # The books of a replay, from its first bar to its last.
    "replay.books_of_account": {"closures"},
    "replay.findings": {"reconciliation_log"},
    "replay.issued_commands": {"signals"},
    "replay.paper_books": {"commands"},
    "replay.stored_signals": {"signals"},
    # The sweep over all accounts wants everybody's.
    "risk.risk_caps": {"risk_caps"},
    # Once an hour, what ended long ago.
    "sessions.forget_refresh_tokens": {"sessions"},
}
"""Queries that want everything there is, and which tables they read."""
KEYED = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "plan_cache_mode": "force_generic_plan",
}
"""Where there is an index for it, it is taken."""
PLANNED = [(room, query) for room, query in QUERIES if not query.text.startswith("create ")]


UNSERVED = Query("unserved", "many", "select id from trading.commands where reason = $1", ("reason",))
"""The negative control."""


async def test_a_table_that_grows_is_read_by_its_keys(fresh_database: FreshDatabase) -> None:
    await migrations.up(fresh_database.owner_dsn)
    connection = await asyncpg.connect(fresh_database.owner_dsn, server_settings=KEYED)
    try:
        large = await plans.large(connection)
        assert await large.reads_whole(UNSERVED) == {"commands"}
        read = {
            f"{room}.{query.name}": await large.reads_whole(query) - SMALL.keys() for room, query in PLANNED
        }
    finally:
        await connection.close()
    assert {name: tables for name, tables in read.items() if tables} == WANTS_ALL
