"""The kill switch: one person's, everybody's; nothing is opened after it has answered."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub.trading.risk import store
from tests import metrics
from tests.hubs import Answer, Person, RunningHub, until
from tests.stream.sockets import signed_in
from tests.trading.guarded import approved, traces

PATH = "/api/v1/risk/kill-switch"


async def turn(hub: RunningHub, owner: Person, on: bool, person: Person | None = None) -> Answer:
    scope: dict[str, Any] = {"scope": "user", "user_id": str(person.id)} if person else {"scope": "all"}
    return await hub.call("PUT", PATH, scope | {"on": on, "reason": "a drill"}, owner.bearer)


@pytest.fixture
async def owner(hub: RunningHub) -> AsyncIterator[Person]:
    """Who turns the switch of everybody off again, whatever becomes of the test."""
    made = await hub.person("owner")
    yield made
    await turn(hub, made, False)


async def test_everybodys_switch_stops_everybody(hub: RunningHub, owner: Person) -> None:
    person = await hub.person()
    device, seen = await hub.device(person), metrics.here()
    on = await turn(hub, owner, True)
    assert [(s["user_id"], s["reason"]) for s in on.body["items"] if s["user_id"] is None] == [
        (None, "a drill")
    ]
    before = await traces(hub, person)
    refused = await approved(hub, person)
    assert (refused.status, refused.body["type"]) == (423, "/problems/kill-switch-on")
    assert (refused.body["reason"], refused.body["figures"]) == ("kill_switch", {"because": "a drill"})
    assert await traces(hub, person) == before
    shown = await hub.call("GET", "/api/v1/trading/status", headers=person.bearer)
    assert (shown.body["running"], len(shown.body["kill_switches"])) == (False, 1)
    await turn(hub, owner, False)
    assert (await approved(hub, person)).status == 201
    assert len((await device.poll()).body["commands"]) == 1
    assert metrics.moved(seen, "risk_block_total") == {"risk_block_total{reason=kill_switch}": 1.0}


async def test_what_no_terminal_has_fetched_waits_for_the_end_of_the_stop(
    hub: RunningHub, owner: Person
) -> None:
    person, other = await hub.person(), await hub.person()
    device, theirs = await hub.device(person), await hub.device(other)
    for each in (person, other):
        assert (await approved(hub, each)).status == 201
    await turn(hub, owner, True, person)
    assert (await device.poll()).body["commands"] == []
    assert len((await theirs.poll()).body["commands"]) == 1
    await turn(hub, owner, True)
    assert (await theirs.poll()).body["commands"] == []
    await turn(hub, owner, False)
    await turn(hub, owner, False, person)
    assert len((await device.poll()).body["commands"]) == 1
    paused = await hub.call("PATCH", "/api/v1/trading/pause", {"reason": "lunch"}, person.bearer)
    assert paused.status == 200, paused.raw
    assert (await device.poll()).body["commands"] == []
    assert (await hub.call("PATCH", "/api/v1/trading/resume", {}, person.bearer)).status == 200
    assert len((await device.poll()).body["commands"]) == 1


async def test_one_persons_switch_stops_nobody_else(hub: RunningHub, owner: Person) -> None:
    person, other = await hub.person(), await hub.person()
    await turn(hub, owner, True, person)
    assert (await approved(hub, person)).status == 423
    assert (await approved(hub, other)).status == 201
    # Everybody's being turned off leaves it on.
    await turn(hub, owner, True)
    await turn(hub, owner, False)
    assert (await approved(hub, person)).status == 423
    await turn(hub, owner, False, person)
    assert (await approved(hub, person)).status == 201


@pytest.mark.parametrize("role", ["user", "admin"])
async def test_only_the_owner_turns_it(hub: RunningHub, role: str) -> None:
    answer = await turn(hub, await hub.person(role), True)
    assert answer.status == 403
    assert await store.kill_switches_of(hub.res.db, (await hub.person()).id) == []


@pytest.mark.parametrize(
    "body",
    [
        {"scope": "user", "on": True, "reason": "x"},
        {"scope": "all", "on": True, "reason": "x", "user_id": "0190b6a0-0000-7000-8000-000000000000"},
        {"scope": "all", "on": True, "reason": ""},
        {"scope": "all", "on": True},
    ],
)
async def test_a_half_named_switch_is_refused(hub: RunningHub, body: dict[str, Any]) -> None:
    owner = await hub.person("owner")
    assert (await hub.call("PUT", PATH, body, owner.bearer)).status == 422


async def test_it_is_told_audited_once_and_kept(hub: RunningHub, owner: Person) -> None:
    person = await hub.person()
    async with signed_in(hub, person) as stream:
        await stream.sub("risk")
        for on in (True, True, False):
            await turn(hub, owner, on)
        events = [await stream.receive() for _ in range(2)]
        await stream.sub(f"trading:{person.id}")
        await turn(hub, owner, True, person)
        events.append(await stream.receive())
    assert [event["type"] for event in events] == [
        "risk.kill_switch_on",
        "risk.kill_switch_off",
        "risk.kill_switch_on",
    ]
    rows = await hub.rows(
        "select action, target from identity.audit_log where actor_id = $1 order by seq", owner.id
    )
    assert [tuple(row) for row in rows] == [
        ("risk.kill_switch.on", "everybody"),
        ("risk.kill_switch.off", "everybody"),
        ("risk.kill_switch.on", f"user:{person.id}"),
    ]
    [kept] = await hub.rows(
        "select off_by, off_reason from trading.kill_switches where user_id is null and on_by = $1", owner.id
    )
    assert tuple(kept) == (owner.id, "a drill")


async def test_a_switch_waits_for_the_trade_that_is_being_opened(hub: RunningHub, owner: Person) -> None:
    """An approval has passed the gate and not committed: the switch answers after it, so it came before."""
    person = await hub.person()
    async with hub.res.db.transaction() as tx:
        await store.pass_gate(tx, person.id)
        turning = asyncio.get_running_loop().create_task(turn(hub, owner, True))
        await _until_it_waits_for_a_gate(hub)
        assert not turning.done()
    assert (await turning).status == 200
    assert (await approved(hub, person)).status == 423


async def test_without_the_gate_the_switch_answers_too_early(hub: RunningHub, owner: Person) -> None:
    """The control of the test above: who does not pass the gate opens a trade after the answer."""
    person = await hub.person()
    async with hub.res.db.transaction() as tx:
        assert await store.kill_switches_of(tx, person.id) == []
        assert (await turn(hub, owner, True)).status == 200


async def _until_it_waits_for_a_gate(hub: RunningHub) -> None:
    """Other locks are waited for, too: a relay that stands by waits for its own."""
    query = """select count(*) from pg_locks as l join pg_stat_activity as a using (pid)
        where l.locktype = 'advisory' and not l.granted and a.query like '%risk:%'"""

    async def reached() -> bool:
        return bool((await hub.rows(query))[0][0])

    await until(reached)
