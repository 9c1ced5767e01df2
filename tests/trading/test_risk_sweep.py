"""The guards of all accounts: what is said anew is stored and told once; a liquidation outlives not knowing."""

from typing import Any
from uuid import UUID

import pytest

from hub.trading.risk import sweep
from tests import metrics
from tests.hubs import RunningHub
from tests.stream.sockets import signed_in
from tests.trading.guarded import account, approved, stand


async def said(hub: RunningHub, id: UUID) -> tuple[str, str]:
    [row] = await hub.rows("select outcome, reason from trading.risk_states where account_id = $1", id)
    return row[0], row[1]


async def swept(hub: RunningHub, id: UUID) -> list[str]:
    return [each.reason for each in await sweep.sweep(hub.res) if each.account_id == id]


@pytest.mark.parametrize(
    ("state", "outcome", "reason"),
    [
        ({}, "ok", "ok"),
        ({"equity": 90_000}, "block", "drawdown"),
        ({"equity": 79_000}, "liquidate", "liquidation_drawdown"),
        ({"equity": 0}, "unknown", "equity_unknown"),
    ],
)
async def test_an_account_is_judged_once(
    hub: RunningHub, state: dict[str, Any], outcome: str, reason: str
) -> None:
    id = await account(hub, await hub.person(), **state)
    assert await swept(hub, id) == [reason]
    assert await said(hub, id) == (outcome, reason)
    assert await swept(hub, id) == []


@pytest.mark.parametrize(
    ("state", "outcome", "reason"),
    [
        ({}, "ok", "ok"),
        ({"equity": 90_000}, "block", "drawdown"),
        ({"day": 112_000}, "block", "daily_stop"),
        ({"age": 500.0}, "unknown", "snapshot_stale"),
    ],
)
async def test_its_person_is_told_what_an_approval_would_be(
    hub: RunningHub, state: dict[str, Any], outcome: str, reason: str
) -> None:
    person, other = await hub.person(), await hub.person()
    id = await account(hub, person, **state)
    told = await hub.call("GET", "/api/v1/risk/guards", headers=person.bearer)
    [item] = told.body["items"]
    assert (item["account_id"], item["outcome"], item["reason"]) == (str(id), outcome, reason)
    approval = await approved(hub, person)
    assert approval.status == (201 if outcome == "ok" else 409)
    assert approval.body.get("reason", "ok") == reason
    assert (await hub.call("GET", "/api/v1/risk/guards", headers=other.bearer)).body["items"] == []


async def test_a_liquidation_is_counted_once_and_stands_until_the_account_is_known(hub: RunningHub) -> None:
    person = await hub.person()
    id = await account(hub, person)
    await sweep.sweep(hub.res)
    seen = metrics.here()
    await stand(hub, id, equity=80_000)
    assert await swept(hub, id) == ["liquidation_drawdown"]
    for unknown in ({"equity": 0}, {"age": 500.0}, {"connected": False}):
        await stand(hub, id, **({"equity": 80_000} | unknown))
        assert await swept(hub, id) == []
        assert await said(hub, id) == ("liquidate", "liquidation_drawdown")
        assert (await approved(hub, person)).body["outcome"] == "liquidate"
    assert metrics.moved(seen, "drawdown_guard_triggers_total") == {"drawdown_guard_triggers_total": 1.0}
    await stand(hub, id, equity=95_000)
    assert await swept(hub, id) == ["ok"]


async def test_an_account_with_nothing_known_of_it_is_not_well(hub: RunningHub) -> None:
    id = await account(hub, await hub.person())
    await hub.res.db.execute("update trading.account_states set connected = false where account_id = $1", id)
    assert await swept(hub, id) == ["snapshot_stale"]


async def test_what_changes_is_told_to_its_person(hub: RunningHub) -> None:
    person = await hub.person()
    id = await account(hub, person)
    await sweep.sweep(hub.res)
    async with signed_in(hub, person) as stream:
        await stream.sub(f"guards:{person.id}")
        await stand(hub, id, equity=70_000)
        await sweep.sweep(hub.res)
        event = await stream.receive()
    assert (event["type"], event["data"]["account_id"]) == ("account.guarded", str(id))
    assert (event["data"]["outcome"], event["data"]["figures"]["fell_bp"]) == ("liquidate", 3_000)


async def test_each_account_is_judged_by_its_own_persons_limits(hub: RunningHub) -> None:
    tight, loose = await hub.person(), await hub.person()
    await hub.call("PUT", "/api/v1/risk/me", {"max_drawdown_bp": 300}, tight.bearer)
    ids = [await account(hub, person, equity=96_000) for person in (tight, loose)]
    await sweep.sweep(hub.res)
    assert [await said(hub, id) for id in ids] == [("block", "drawdown"), ("ok", "ok")]
