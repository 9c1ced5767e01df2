"""Quotas: what a plan allows, exactly, and when it starts anew."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.money.quotas import rules
from hub.money.quotas import service as quotas
from hub.money.quotas.models import Period
from hub.money.quotas.service import QuotaExceeded
from tests.hubs import Person, RunningHub
from tests.trading.desks import desk
from tests.trading.pairs import pair


async def usage(hub: RunningHub, person: Person, key: str) -> dict[str, Any]:
    answer = await hub.call("GET", "/api/v1/me/quotas", headers=person.bearer)
    assert answer.status == 200
    [found] = [item for item in answer.body["items"] if item["key"] == key]
    return found  # type: ignore[no-any-return]


async def consume(hub: RunningHub, person: Person, key: Any, n: int = 1) -> None:
    async with hub.res.db.transaction() as tx:
        await quotas.consume(tx, person.id, key, n)


async def test_a_new_person_is_on_the_free_plan_and_has_used_nothing(hub: RunningHub) -> None:
    person = await hub.person()
    answer = await hub.call("GET", "/api/v1/me/quotas", headers=person.bearer)
    assert answer.body["plan"] == "free"
    assert {item["used"] for item in answer.body["items"]} == {0}
    assert all(item["remaining"] == item["limit"] for item in answer.body["items"])


async def test_the_last_of_a_quota_goes_through_and_the_next_does_not(hub: RunningHub) -> None:
    person = await hub.person()
    for number in range(5):
        body = {"name": f"terminal {number}"}
        assert (await hub.call("POST", "/api/v1/devices/register", body, person.bearer)).status == 201
    refused = await hub.call("POST", "/api/v1/devices/register", {"name": "one more"}, person.bearer)
    assert (refused.status, refused.body["title"]) == (429, "Quota used up")
    assert (refused.body["quota"], refused.body["resets_at"]) == ("devices", None)
    assert (await usage(hub, person, "devices"))["used"] == 5


async def test_what_is_given_back_may_be_used_again_once(hub: RunningHub) -> None:
    person = await hub.person()
    ids = [
        (await hub.call("POST", "/api/v1/devices/register", {"name": f"t{n}"}, person.bearer)).body[
            "device_id"
        ]
        for n in range(5)
    ]
    for _ in range(3):
        assert (await hub.call("POST", f"/api/v1/devices/{ids[0]}/revoke", None, person.bearer)).status == 200
    assert (await usage(hub, person, "devices"))["used"] == 4


async def test_a_daily_quota_says_when_it_starts_anew(hub: RunningHub) -> None:
    person = await hub.person()
    await consume(hub, person, "approvals", 200)
    refused = await hub.approve(person, await (await hub.producer()).opened())
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert refused.status == 429
    assert refused.body["resets_at"] == f"{tomorrow}T00:00:00Z"
    assert 0 < int(refused.headers["retry-after"]) <= 86_401
    assert (await usage(hub, person, "approvals"))["remaining"] == 0


async def test_a_refused_act_uses_nothing(hub: RunningHub) -> None:
    person, signal = await hub.person(), await (await hub.producer()).opened()
    assert [(await hub.approve(person, signal)).status for _ in range(3)] == [201, 409, 409]
    assert (await usage(hub, person, "approvals"))["used"] == 1


async def test_a_rejection_uses_nothing_and_is_always_possible(hub: RunningHub) -> None:
    person, producer = await hub.person(), await hub.producer()
    assert (await hub.approve(person, await producer.opened(), "rejected")).status == 201
    assert (await usage(hub, person, "approvals"))["used"] == 0
    await consume(hub, person, "approvals", 200)
    assert (await hub.approve(person, await producer.opened())).status == 429
    assert (await hub.approve(person, await producer.opened(), "rejected")).status == 201
    assert (await usage(hub, person, "approvals"))["used"] == 200


@pytest.mark.parametrize(("decision", "used"), [("approved", 1), ("rejected", 0)])
async def test_what_others_decide_in_ones_place_uses_ones_own_quota(
    hub: RunningHub, decision: str, used: int
) -> None:
    of, under = await pair(hub), await desk(hub, 1, 1)
    assert (await of.decide(await of.named(), await of.signal(), decision)).status == 201
    assert (await under.vote(under.approvers[0], await under.signal(), decision)).status == 201
    for person in (of.person, under.trader):
        assert (await usage(hub, person, "approvals"))["used"] == used
    for other in (of.deputy, under.approvers[0]):
        assert (await usage(hub, other, "approvals"))["used"] == 0


async def test_of_many_at_once_as_many_go_through_as_are_left(hub: RunningHub) -> None:
    person = await hub.person()
    await consume(hub, person, "approvals", 180)
    told = await asyncio.gather(
        *(consume(hub, person, "approvals") for _ in range(60)), return_exceptions=True
    )
    assert sum(answer is None for answer in told) == 20
    assert all(answer is None or isinstance(answer, QuotaExceeded) for answer in told)
    assert (await usage(hub, person, "approvals"))["used"] == 200


async def test_a_bigger_plan_allows_more_at_once(hub: RunningHub) -> None:
    person, owner = await hub.person(), await hub.person("owner")
    await consume(hub, person, "approvals", 200)
    path, signal = f"/api/v1/admin/users/{person.id}/plan", await (await hub.producer()).opened()
    assert (await hub.approve(person, signal)).status == 429
    raised = await hub.call("PUT", path, {"plan": "pro"}, owner.bearer)
    assert (raised.status, raised.body["plan"]) == (200, "pro")
    assert (await hub.approve(person, signal)).status == 201
    assert (await usage(hub, person, "approvals"))["remaining"] == 1_799
    [row] = await hub.rows(
        "select meta from identity.audit_log where action = 'plan.change' and target = $1",
        f"user:{person.id}",
    )
    assert row[0] == '{"from":"free","to":"pro"}'


async def test_nobody_raises_their_own_plan(hub: RunningHub) -> None:
    person = await hub.person()
    path = f"/api/v1/admin/users/{person.id}/plan"
    assert (await hub.call("PUT", path, {"plan": "enterprise"}, person.bearer)).status == 403
    assert (await hub.call("GET", "/api/v1/me/quotas", headers=person.bearer)).body["plan"] == "free"


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


@given(now=MOMENTS, period=st.sampled_from(["day", "month"]))
def test_a_period_holds_its_moment_and_the_next_begins_where_it_ends(now: datetime, period: Period) -> None:
    start, end = rules.start(period, now), rules.resets(period, now)
    assert end is not None and start <= now < end
    assert rules.start(period, end) == end
    assert rules.start(period, end - timedelta(microseconds=1)) == start
    assert (start.hour, start.minute, start.second, start.microsecond) == (0, 0, 0, 0)


@pytest.mark.parametrize("key", [quota.key for quota in rules.quotas("free")])
def test_each_plan_allows_at_least_what_the_smaller_one_does(key: Any) -> None:
    limits = [rules.quota(plan, key).limit for plan in ("free", "pro", "enterprise")]
    assert [float("inf") if limit is None else limit for limit in limits] == sorted(
        float("inf") if limit is None else limit for limit in limits
    )
