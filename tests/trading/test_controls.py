"""Pause, resume, size: by a person, by the owner, by the system."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from hub.trading.risk import controls
from tests import metrics
from tests.hubs import Answer, Person, RunningHub
from tests.stream.sockets import signed_in
from tests.trading.guarded import approved, traces


async def control(hub: RunningHub, who: Person, verb: str, **body: Any) -> Answer:
    method = "PUT" if verb == "size" else "PATCH"
    return await hub.call(method, f"/api/v1/trading/{verb}", body, who.bearer)


async def status(hub: RunningHub, who: Person, of: Person | None = None) -> Answer:
    query = f"?user_id={of.id}" if of else ""
    return await hub.call("GET", f"/api/v1/trading/status{query}", headers=who.bearer)


async def test_a_pause_keeps_new_trades_out_until_it_is_taken_back(hub: RunningHub) -> None:
    person = await hub.person()
    device, seen = await hub.device(person), metrics.here()
    paused = await control(hub, person, "pause", reason="holiday")
    assert (paused.status, paused.body["running"]) == (200, False)
    assert [(p["actor"], p["reason"]) for p in paused.body["pauses"]] == [("user", "holiday")]
    before = await traces(hub, person)
    refused = await approved(hub, person)
    assert (refused.status, refused.body["type"], refused.body["reason"]) == (
        409,
        "/problems/trading-paused",
        "paused",
    )
    assert refused.body["figures"] == {"by": "user", "because": "holiday"}
    assert await traces(hub, person) == before
    assert (await device.poll()).body["commands"] == []
    assert (await control(hub, person, "resume")).body["running"] is True
    assert (await approved(hub, person)).status == 201
    assert len((await device.poll()).body["commands"]) == 1
    assert metrics.moved(seen, "trading_paused_total", "risk_block_total") == {
        "trading_paused_total{actor=user}": 1.0,
        "risk_block_total{reason=paused}": 1.0,
    }


async def test_what_is_paused_may_be_rejected(hub: RunningHub) -> None:
    person = await hub.person()
    await control(hub, person, "pause")
    answer = await hub.approve(person, await (await hub.producer()).opened(), "rejected")
    assert answer.status == 201


async def test_nobody_else_is_paused(hub: RunningHub) -> None:
    await control(hub, await hub.person(), "pause")
    assert (await approved(hub, await hub.person())).status == 201


async def test_pausing_again_changes_nothing(hub: RunningHub) -> None:
    person = await hub.person()
    first = await control(hub, person, "pause", reason="one")
    seen, before = metrics.here(), await traces(hub, person)
    assert (await control(hub, person, "pause", reason="two")).body == first.body
    assert await traces(hub, person) == before
    assert metrics.moved(seen, "trading_paused_total") == {}
    await control(hub, person, "resume")
    before = await traces(hub, person)
    await control(hub, person, "resume")
    assert await traces(hub, person) == before


async def test_a_person_does_not_take_back_the_owners_pause_nor_the_owner_theirs(hub: RunningHub) -> None:
    owner, person = await hub.person("owner"), await hub.person()
    await control(hub, person, "pause")
    both = await control(hub, owner, "pause", user_id=str(person.id), reason="too wild")
    assert [p["actor"] for p in both.body["pauses"]] == ["user", "owner"]
    left = await control(hub, person, "resume")
    assert ([p["actor"] for p in left.body["pauses"]], left.body["running"]) == (["owner"], False)
    assert (await approved(hub, person)).status == 409
    await control(hub, person, "pause")
    left = await control(hub, owner, "resume", user_id=str(person.id))
    assert [p["actor"] for p in left.body["pauses"]] == ["user"]


async def test_the_system_pauses_and_the_owner_takes_it_back(hub: RunningHub) -> None:
    owner, person, seen = await hub.person("owner"), await hub.person(), metrics.here()
    async with hub.res.db.transaction() as tx:
        await controls.pause_by_system(tx, hub.res, person.id, "daily stop")
    assert metrics.moved(seen, "trading_paused_total") == {"trading_paused_total{actor=system}": 1.0}
    assert (await control(hub, person, "resume")).body["running"] is False
    assert (await control(hub, owner, "resume", user_id=str(person.id))).body["running"] is True


@pytest.mark.parametrize("verb", ["pause", "resume", "size"])
async def test_somebody_elses_trading_is_the_owners_to_touch(hub: RunningHub, verb: str) -> None:
    person = await hub.person()
    body = {"user_id": str(person.id)} | ({"mode": "all_in"} if verb == "size" else {})
    for role, code in (("user", 403), ("admin", 403), ("owner", 200)):
        answer = await control(hub, await hub.person(role), verb, **body)
        assert answer.status == code
        assert (await status(hub, await hub.person(role), person)).status == code
    nobody = body | {"user_id": str(uuid4())}
    assert (await control(hub, await hub.person("owner"), verb, **nobody)).status == 404


async def test_a_size_is_kept_counted_and_within_the_limits(hub: RunningHub) -> None:
    person, seen = await hub.person(), metrics.here()
    assert (await status(hub, person)).body["size"] == {"mode": "fixed_risk", "bp": 200}
    for body, code in (
        ({"mode": "fixed_risk", "bp": 150}, 200),
        ({"mode": "fixed_risk", "bp": 201}, 422),
        ({"mode": "fixed_risk", "bp": 0}, 422),
        ({"mode": "martingale", "bp": 1}, 422),
    ):
        assert (await control(hub, person, "size", **body)).status == code
    await control(hub, person, "size", mode="fixed_risk", bp=150)
    assert (await status(hub, person)).body["size"] == {"mode": "fixed_risk", "bp": 150}
    assert metrics.moved(seen, "trading_size_changed_total") == {"trading_size_changed_total": 1.0}
    changed = await control(hub, person, "size", mode="all_in", bp=7)
    assert changed.body["size"] == {"mode": "all_in", "bp": 10_000}


async def test_a_change_is_told_and_audited(hub: RunningHub) -> None:
    owner, person = await hub.person("owner"), await hub.person()
    async with signed_in(hub, person) as stream:
        await stream.sub(f"trading:{person.id}")
        await control(hub, owner, "pause", user_id=str(person.id), reason="news")
        event = await stream.receive()
        assert (event["type"], event["data"]["running"]) == ("trading.paused", False)
        await control(hub, owner, "resume", user_id=str(person.id))
        assert (await stream.receive())["type"] == "trading.resumed"
        await control(hub, person, "size", mode="all_in")
        assert (await stream.receive())["type"] == "trading.size_changed"
    rows = await hub.rows(
        "select action, actor_id from identity.audit_log where target = $1 and actor_id is not null order by seq",
        f"user:{person.id}",
    )
    assert [tuple(row) for row in rows] == [
        ("trading.pause", owner.id),
        ("trading.resume", owner.id),
        ("trading.size", person.id),
    ]


async def test_nothing_is_approved_after_a_pause_has_answered(hub: RunningHub) -> None:
    """Approvals and a pause at once, ten times: what was approved was approved before."""
    for _ in range(10):
        person, producer = await hub.person(), await hub.producer()
        ids = [await producer.opened() for _ in range(6)]
        *answers, _ = await asyncio.gather(
            *(hub.approve(person, id) for id in ids), control(hub, person, "pause")
        )
        assert {answer.status for answer in answers} <= {201, 409}
        [row] = await hub.rows(
            """select count(*) from trading.commands as c join trading.pauses as p using (user_id)
            where user_id = $1 and c.issued_at > p.at""",
            person.id,
        )
        assert row[0] == 0
        assert (await hub.approve(person, await producer.opened())).status == 409
