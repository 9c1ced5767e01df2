"""What earns copying; of somebody's past is read what is needed, however long it is."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from hub.core.embedded import Endpoints
from hub.trading.copying import store
from tests.hubs import Person, RunningHub
from tests.identity.teams import team
from tests.trading.copiers import candidate
from tests.trading.pairs import Pair

pytestmark = pytest.mark.usefixtures("nobody_copies")

LONG = 3_000
_FILL = """
with numbered as (
    select n, md5('s' || n || $1::uuid::text)::uuid as signal_id, md5('a' || n || $1::uuid::text)::uuid as approval_id,
        -- The ids of the newest are the greatest.
        left(lpad(to_hex(n), 12, '0') || md5('e' || n || $1::uuid::text), 32)::uuid as id,
        now() - make_interval(mins => $2::int - n) as at
    from generate_series(1, $2::int) as n
), signals as (
    insert into trading.signals (id, producer_id, instrument, side, time, version, status, order_type, entry, stop, target,
        expires_at, strategy, setup_id, features, created_at)
    select signal_id, 'p', 'XAUUSD', 'buy', at, signal_id::text, 'expired', 'limit', 1600, 1590, 1620, at,
        case when n <= 5 then 'rare' || $1::uuid::text else 'often' || $1::uuid::text end, 's', '{}', at
    from numbered
), approvals as (
    insert into trading.approvals (id, signal_id, user_id, decision, consent_version, ua, created_at, via)
    select approval_id, signal_id, $1, 'approved', 'v', '', at, 'self' from numbered
), commands as (
    insert into trading.commands (id, approval_id, signal_id, user_id, kind, issued_at, expires_at)
    select id, approval_id, signal_id, $1, 'open', at, at from numbered
)
insert into trading.executions (id, approval_id, signal_id, user_id, device_id, command_id, kind, status, said, fill_price,
    created_at, updated_at)
select id, approval_id, signal_id, $1, $3, id, 'open', 'closed', '{closed}', 1601, at, at from numbered"""
KEYED = {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "enable_sort": "off"}


@pytest.fixture
async def owner(servers: Endpoints) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(servers.owner_dsn, server_settings=KEYED)
    yield connection
    await connection.close()


async def veteran(hub: RunningHub, owner: Any) -> Person:
    """Somebody who approved of thousands of signals by hand; the first five were of another strategy."""
    person = await hub.person()
    device = await hub.device(person)
    await owner.execute(_FILL, person.id, LONG, UUID(device.id))
    await owner.execute("analyze trading.signals, trading.approvals, trading.commands, trading.executions")
    return person


async def read(owner: Any, name: str, **given: Any) -> int:
    """Rows of tables that a query of copying looks at."""
    query = store.sql.queries[name]
    [[plan]] = await owner.fetch(f"explain (analyze, format json) {query.text}", *query.bind(given))
    return _rows(msgspec.json.decode(plan)[0]["Plan"])


def _rows(plan: dict[str, Any]) -> int:
    here = 0
    if "Relation Name" in plan:
        looked = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        here = round(looked * plan["Actual Loops"])
    return here + sum(_rows(each) for each in plan.get("Plans", []))


async def test_approvals_are_counted_as_far_as_is_enough(hub: RunningHub, owner: Any) -> None:
    person = await veteran(hub, owner)
    often, rare = f"often{person.id}", f"rare{person.id}"
    assert await store.approvals_of(hub.res.db, person.id, often, 20) == 20
    assert await store.approvals_of(hub.res.db, person.id, rare, 20) == 5
    assert await store.approvals_of(hub.res.db, person.id, "never", 20) == 0
    given = {"user_id": person.id, "strategy": often, "enough": 20}
    assert await read(owner, "manual_approvals_of", **given) < 200


async def test_fills_of_a_rare_strategy_are_looked_for_among_the_last(hub: RunningHub, owner: Any) -> None:
    person = await veteran(hub, owner)
    often, rare = f"often{person.id}", f"rare{person.id}"
    assert len(await store.last_fills(hub.res.db, person.id, often, 5)) == 5
    assert await store.last_fills(hub.res.db, person.id, rare, 5) == []
    given = {"user_id": person.id, "strategy": rare, "n": 5}
    assert await read(owner, "last_fills", **given, among=100) <= 200


async def test_a_strategys_way_to_being_copied_is_shown(hub: RunningHub) -> None:
    mine = await candidate(hub)
    await mine.earn(2)
    [shown] = (await mine.status())["strategies"]
    assert shown == {
        "strategy": mine.strategy,
        "manual_approvals": 2,
        "needed": 3,
        "unlocked": False,
        "suspended_at": None,
        "suspended_for": None,
    }
    await mine.earn(1)
    [shown] = (await mine.status())["strategies"]
    assert (shown["manual_approvals"], shown["unlocked"]) == (3, True)


async def test_what_others_approve_and_what_goes_on_paper_earns_nothing(hub: RunningHub) -> None:
    mine = await candidate(hub)
    assert (await hub.call("POST", "/api/v1/paper/enable", {}, mine.person.bearer)).status == 201
    assert (await hub.approve(mine.person, await mine.signal())).status == 201
    assert (await hub.call("POST", "/api/v1/paper/disable", {}, mine.person.bearer)).status == 204
    made = await team(hub, mine.person)
    deputy = await made.join(mine.person, await hub.person(), "member")
    of = Pair(hub, made, mine.person, mine.device, deputy)
    assert (await of.decide(await of.named(), await mine.signal())).status == 201
    assert [each["manual_approvals"] for each in (await mine.status())["strategies"]] in ([], [0])
    assert (await hub.approve(mine.person, await mine.signal())).status == 201
    [shown] = (await mine.status())["strategies"]
    assert shown["manual_approvals"] == 1
