"""The plan that hands out closes: made while there was nothing, and when there is much."""

import asyncpg
import msgspec

from hub.core import migrations
from hub.core.db import PLANS_ANEW
from hub.core.sql import load
from tests.conftest import FreshDatabase
from tests.core.test_relay_plan import touched
from tests.house import plans

DELIVER = load("commands")["deliver_closes"].text
MANY_EACH = 20 * plans.ROWS
KEPT = {"plan_cache_mode": "force_generic_plan"}


async def most_rows(dsn: str, session: dict[str, str]) -> float:
    """What a node of the plan has in its hands at most, if the session has delivered while nothing was there."""
    connection = await asyncpg.connect(dsn, server_settings=session)
    try:
        words = await plans.strip(connection)
        await connection.execute("vacuum analyze")
        await connection.execute(f"prepare delivering (uuid[]) as {DELIVER}")
        await connection.execute("execute delivering ('{}')")
        await plans.fill(connection, words)
        await connection.execute("update trading.commands set account_id = id")
        await connection.execute("delete from trading.deliveries")
        ids = await connection.fetchval("select array_agg(id)::text from trading.commands")
        explain = f"explain (analyze, timing off, format json) execute delivering ('{ids}')"
        [plan] = msgspec.json.decode(await connection.fetchval(explain))
        return max(touched(plan["Plan"]))
    finally:
        await connection.close()


async def test_a_worker_looks_up_each_close_by_its_keys(fresh_database: FreshDatabase) -> None:
    await migrations.up(fresh_database.owner_dsn)
    assert await most_rows(fresh_database.owner_dsn, PLANS_ANEW) <= MANY_EACH


async def test_control_with_a_plan_that_is_kept_it_is_each_with_each(fresh_database: FreshDatabase) -> None:
    await migrations.up(fresh_database.owner_dsn)
    assert await most_rows(fresh_database.owner_dsn, KEPT) > 20 * MANY_EACH
