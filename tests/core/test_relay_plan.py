"""The relay's plan: made while the outbox was empty, kept when it is full."""

from collections.abc import Iterator
from typing import Any

import asyncpg
import msgspec

from hub.core import migrations, relay
from hub.core.relay import sql
from tests.conftest import FreshDatabase

TOPICS, EVENTS, BATCH = 200, 3_000, 500
_FILL = """insert into core.outbox (topic, type, subject, actor, at, data)
    select 'a:' || n % $1, 'test.happened', 's', 'a', now(), '{}' from generate_series(1, $2) as n"""


def touched(node: dict[str, Any]) -> Iterator[float]:
    """How many rows each node of a plan had in its hands, all loops together."""
    rows = (
        node["Actual Rows"]
        + node.get("Rows Removed by Join Filter", 0)
        + node.get("Rows Removed by Filter", 0)
    )
    yield rows * node["Actual Loops"]
    for below in node.get("Plans", []):
        yield from touched(below)


async def most_rows(dsn: str, settings: dict[str, str]) -> float:
    """Of a plan that PostgreSQL made in such a session while its statistics said that nothing is there."""
    connection = await asyncpg.connect(
        dsn, server_settings=settings | {"plan_cache_mode": "force_generic_plan"}
    )
    try:
        await connection.execute("vacuum analyze core.outbox, core.topics")
        await connection.execute(f"prepare numbering (bigint) as {sql.queries['number_events'].text}")
        await connection.execute(f"execute numbering ({BATCH})")
        await connection.execute(_FILL.replace("$1", str(TOPICS)).replace("$2", str(EVENTS)))
        explain = f"explain (analyze, timing off, format json) execute numbering ({BATCH})"
        [plan] = msgspec.json.decode(await connection.fetchval(explain))
        return max(touched(plan["Plan"]))
    finally:
        await connection.close()


async def test_a_full_outbox_is_numbered_row_by_row(fresh_database: FreshDatabase) -> None:
    await migrations.up(fresh_database.owner_dsn)
    assert await most_rows(fresh_database.owner_dsn, relay.SESSION) <= 2 * EVENTS


async def test_control_in_a_session_like_any_other_it_is_each_with_each(
    fresh_database: FreshDatabase,
) -> None:
    await migrations.up(fresh_database.owner_dsn)
    assert await most_rows(fresh_database.owner_dsn, {}) > 100 * EVENTS
