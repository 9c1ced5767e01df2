"""Deputies: named by a person of one organisation, decide in their place, and are ended at once."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from hub.core import clock
from hub.trading.deputies.service import MOST
from tests.hubs import Person, RunningHub, in_hours
from tests.identity.teams import team
from tests.stream.sockets import signed_in
from tests.trading.desks import desk
from tests.trading.pairs import PATH, Pair, pair


@pytest.mark.parametrize(("decision", "commands"), [("approved", 1), ("rejected", 0)])
async def test_a_deputy_decides_in_the_persons_place_under_both_names(
    hub: RunningHub, decision: str, commands: int
) -> None:
    of = await pair(hub)
    grant, id = await of.named(), await of.signal()
    answer = await of.decide(grant, id, decision, bounds={"max_drift_points": 5})
    assert answer.status == 201, answer.raw
    assert (answer.body["via"], answer.body["decided_by"]) == ("deputy", str(of.deputy.id))
    assert await of.stored(id) == [(of.person.id, decision, "deputy", of.deputy.id, commands)]
    assert len((await of.device.poll()).body["commands"]) == commands
    listed = await hub.call("GET", "/api/v1/approvals", headers=of.person.bearer)
    assert listed.body["items"] == [answer.body]
    again = await hub.approve(of.person, id)
    assert (again.status, again.body["detail"]) == (409, f"Your deputy {decision} this signal before.")
    # The deputy has not decided for themselves.
    assert (await hub.approve(of.deputy, id, "rejected")).status == 201


async def test_nobody_is_a_deputy_who_was_not_named(hub: RunningHub) -> None:
    of, stranger = await pair(hub), await hub.person()
    grant, id = await of.named(), await of.signal()
    for by in (stranger, of.person):
        refused = await of.decide(grant, id, by=by)
        assert (refused.status, refused.body["detail"]) == (404, "There is no such deputy of yours.")
    assert (await of.decide(str(uuid4()), id)).status == 404
    assert await of.stored(id) == []


@pytest.mark.parametrize(
    ("scope", "signal", "allowed"),
    [
        ({"instrument": "XAUUSD"}, {}, True),
        ({"instrument": "EURUSD"}, {}, False),
        ({"strategy": "fib_rsi"}, {}, True),
        ({"strategy": "other"}, {}, False),
        ({"strategy": "fib_rsi", "instrument": "EURUSD"}, {}, False),
        ({"strategy": "fib_rsi", "instrument": "XAUUSD"}, {}, True),
    ],
)
async def test_a_scope_holds(hub: RunningHub, scope: Any, signal: Any, allowed: bool) -> None:
    of = await pair(hub)
    grant, id = await of.named(**scope), await of.signal(**signal)
    answer = await of.decide(grant, id)
    if allowed:
        assert answer.status == 201
    else:
        assert (answer.status, answer.body["type"]) == (403, "/problems/out-of-scope")
        assert await of.stored(id) == []


async def test_it_ends_with_its_date(hub: RunningHub) -> None:
    of = await pair(hub)
    grant = await of.named(until=in_hours(1))
    assert (await of.decide(grant, await of.signal())).status == 201
    await hub.res.db.execute("update trading.deputies set until = now() where id = $1::text::uuid", grant)
    refused = await of.decide(grant, await of.signal())
    assert (refused.status, refused.body["type"], refused.body["reason"]) == (
        403,
        "/problems/deputy-ended",
        "expired",
    )
    # What has run out is in nobody's way.
    assert (await of.name()).status == 201


@pytest.mark.parametrize("who", ["person", "deputy"])
async def test_either_ends_it_at_once_and_again_changes_nothing(hub: RunningHub, who: str) -> None:
    of = await pair(hub)
    grant = await of.named()
    by: Person = getattr(of, who)
    first = await of.revoke(grant, by)
    assert (first.status, first.body["revoked_by"]) == (200, str(by.id))
    assert (await of.revoke(grant)).body == first.body
    refused = await of.decide(grant, await of.signal())
    assert (refused.status, refused.body["reason"]) == (403, "revoked")
    assert (await of.revoke(grant, await hub.person())).status == 404


async def remove(of: Pair) -> None:
    await of.team.remove(of.person, of.deputy)


async def demote(of: Pair) -> None:
    await of.team.change(of.person, of.deputy, "viewer")


async def disband(of: Pair) -> None:
    await of.team.call(of.person, "DELETE")


async def lock(of: Pair) -> None:
    statement = "update identity.users set suspended_at = now() where id = $1"
    await of.hub.res.db.execute(statement, of.person.id)


@pytest.mark.parametrize("way", [remove, demote, disband, lock])
async def test_both_must_belong_to_the_organisation_when_it_is_decided(hub: RunningHub, way: Any) -> None:
    of = await pair(hub)
    grant, id = await of.named(), await of.signal()
    await way(of)
    refused = await of.decide(grant, id)
    assert (refused.status, refused.body["type"]) == (403, "/problems/not-together")
    assert await of.stored(id) == []


@pytest.mark.parametrize("who", ["person", "deputy"])
async def test_who_left_and_came_back_is_named_anew(hub: RunningHub, who: str) -> None:
    of = await pair(hub)
    heir = await of.team.join(of.person, await hub.person())
    await of.team.change(of.person, heir, "owner")
    grant = await of.named()
    assert (await of.team.leave(getattr(of, who))).status == 204
    await of.team.join(heir, getattr(of, who))
    assert (await of.decide(grant, await of.signal())).body["type"] == "/problems/not-together"
    await of.revoke(grant)
    assert (await of.decide(await of.named(), await of.signal())).status == 201


async def test_only_a_member_of_ones_organisation_is_named(hub: RunningHub) -> None:
    of, stranger = await pair(hub), await hub.person()
    viewer = await of.team.join(of.person, await hub.person(), "viewer")
    foreign = await team(hub, stranger)
    assert (await of.name(stranger)).body["type"] == "/problems/not-together"
    assert (await of.name(viewer)).status == 403
    assert (await of.name(organisation_id=foreign.id)).status == 403
    assert (await of.name(organisation_id=str(of.person.id))).status == 403
    assert (await hub.rows("select 1 from trading.deputies where user_id = $1", of.person.id)) == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"until": "2020-01-01T00:00:00Z"}, "/until"),
        ({"until": "2030-01-01T00:00:00"}, "/until"),
        ({"instrument": "BTCUSD"}, "/instrument"),
        ({"instrument": ""}, "/instrument"),
        ({"strategy": ""}, "/strategy"),
        ({"deputy_id": "x"}, "/deputy_id"),
        ({"extra": 1}, "/extra"),
    ],
)
async def test_a_wrong_value_is_refused_and_named(
    hub: RunningHub, change: dict[str, Any], pointer: str
) -> None:
    of = await pair(hub)
    answer = await of.name(**change)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)
    assert (await of.name(of.person)).body["errors"][0]["pointer"] == "/deputy_id"
    listed = await hub.call("GET", PATH, headers=of.person.bearer)
    assert listed.body == {"given": [], "held": []}


async def test_naming_needs_a_recent_proof_and_ending_does_not(hub: RunningHub) -> None:
    of = await pair(hub)
    grant = await of.named()
    stale = {"authorization": f"Bearer {hub.token(of.person.id, 'user', at=clock.now().timestamp() - 3600)}"}
    body = {"organisation_id": of.team.id, "deputy_id": str(of.deputy.id)}
    assert (await hub.call("POST", PATH, body, stale)).status == 403
    assert (await hub.call("POST", f"{PATH}/{grant}/revoke", {}, stale)).status == 200


async def test_of_the_same_named_at_once_one_is_and_there_is_a_limit(hub: RunningHub) -> None:
    of = await pair(hub)
    answers = await asyncio.gather(*(of.name() for _ in range(6)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 5
    rest = await asyncio.gather(*(of.name(strategy=f"s{n}") for n in range(MOST + 2)))
    assert sorted(answer.status for answer in rest) == [201] * (MOST - 1) + [409] * 3
    assert {a.body["type"] for a in rest if a.status == 409} == {"/problems/too-many-deputies"}


async def test_what_stops_the_person_stops_the_deputy(hub: RunningHub) -> None:
    of = await pair(hub)
    grant, id = await of.named(), await of.signal()
    await hub.call("PATCH", "/api/v1/trading/pause", {}, of.person.bearer)
    assert (await of.decide(grant, id)).body["type"] == "/problems/trading-paused"
    assert await of.stored(id) == []


async def test_a_policy_is_not_passed_by_through_a_deputy(hub: RunningHub) -> None:
    bound = await desk(hub, 2, 2)
    deputy = bound.approvers[0]
    of = Pair(hub, bound.team, bound.trader, bound.device, deputy)
    grant, id = await of.named(), await of.signal()
    assert (await of.decide(grant, id)).body["type"] == "/problems/under-policy"
    assert await of.stored(id) == []
    assert (await of.decide(grant, id, "rejected")).status == 201


async def test_both_are_told_and_it_is_audited(hub: RunningHub) -> None:
    of, stranger = await pair(hub), await hub.person()
    async with (
        signed_in(hub, of.person) as mine,
        signed_in(hub, of.deputy) as theirs,
        signed_in(hub, stranger) as no,
    ):
        for stream, person in ((mine, of.person), (theirs, of.deputy), (no, stranger)):
            await stream.sub(f"deputies:{person.id}")
        grant = await of.named(instrument="XAUUSD")
        await of.revoke(grant)
        for stream in (mine, theirs):
            assert [each["type"] for each in await stream.take(2)] == ["deputy.named", "deputy.revoked"]
        assert await no.quiet()
    for person, side in ((of.person, "given"), (of.deputy, "held")):
        listed = (await hub.call("GET", PATH, headers=person.bearer)).body
        assert [each["id"] for each in listed[side]] == [grant]
    rows = await hub.rows(
        "select action, actor_id, meta::text::jsonb ->> 'deputy' from identity.audit_log where target = $1 order by seq",
        f"deputy:{grant}",
    )
    assert [tuple(row) for row in rows] == [
        ("deputy.name", of.person.id, str(of.deputy.id)),
        ("deputy.revoke", of.person.id, str(of.deputy.id)),
    ]


async def test_the_decision_is_told_to_the_person_and_audited_under_both_names(hub: RunningHub) -> None:
    of = await pair(hub)
    grant, id = await of.named(), await of.signal()
    async with signed_in(hub, of.person) as stream:
        await stream.sub(f"approvals:{of.person.id}")
        made = await of.decide(grant, id)
        [event] = await stream.take(1)
        assert event["data"] == made.body
    rows = await hub.rows(
        """select actor_id, meta::text::jsonb ->> 'for', meta::text::jsonb ->> 'deputy', meta::text::jsonb ->> 'via'
           from identity.audit_log where target = $1""",
        f"approval:{made.body['id']}",
    )
    assert [tuple(row) for row in rows] == [(of.deputy.id, str(of.person.id), grant, "deputy")]
