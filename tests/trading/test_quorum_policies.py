"""Policies: who sets them, who joins, what is refused; and votes, joins and decisions at once."""

import asyncio
import random
from typing import Any
from uuid import uuid4

import pytest

from hub.core import clock
from hub.core.ids import uuid7
from hub.trading.approvals.rules import CONSENT
from hub.trading.commands.models import Bounds
from hub.trading.quorum import policies, rules, store
from hub.trading.quorum.models import VoteIn
from hub.trading.risk import store as gates
from tests.hubs import RunningHub, in_hours, until
from tests.identity.teams import team
from tests.stream.sockets import signed_in
from tests.trading.desks import POLICY, Desk, desk


@pytest.mark.parametrize("n", [2, 4])
async def test_of_votes_at_once_one_decides_and_one_command_is_issued(hub: RunningHub, n: int) -> None:
    of = await desk(hub, 2, n)
    for _ in range(6):
        id = await of.signal()
        answers = await asyncio.gather(*(of.vote(by, id) for by in of.approvers))
        outcomes = sorted(answer.body["outcome"] for answer in answers if answer.status == 201)
        assert outcomes == ["approved", "open"]
        assert sorted(answer.status for answer in answers) == [201] * 2 + [409] * (n - 2)
        votes, decided, commands = await of.stored(id)
        assert (votes, len(decided), commands) == (2, 1, 1)


async def test_a_rejection_and_approvals_at_once_come_to_one_decision(hub: RunningHub) -> None:
    of = await desk(hub, 2, 3)
    for _ in range(8):
        id = await of.signal()
        choices = ["rejected", "approved", "approved"]
        random.shuffle(choices)
        pairs = zip(of.approvers, choices, strict=True)
        answers = await asyncio.gather(*(of.vote(by, id, choice) for by, choice in pairs))
        ended = [a.body["outcome"] for a in answers if a.status == 201 and a.body["outcome"] != "open"]
        _, decided, commands = await of.stored(id)
        assert [each[0] for each in decided] == ended
        assert commands == (ended == ["approved"])


async def test_the_traders_rejection_and_the_deciding_vote_at_once_come_to_one_decision(
    hub: RunningHub,
) -> None:
    of = await desk(hub, 1, 1)
    for _ in range(8):
        id = await of.signal()
        own, vote = await asyncio.gather(hub.approve(of.trader, id, "rejected"), of.vote(of.approvers[0], id))
        assert sorted((own.status, vote.status)) == [201, 409]
        _, decided, commands = await of.stored(id)
        assert [each[0] for each in decided] == ["rejected" if own.status == 201 else "approved"]
        assert commands == (vote.status == 201)


async def test_without_turns_two_votes_at_once_decide_nothing(hub: RunningHub) -> None:
    """The control of the races: votes that do not take turns see themselves alone, and nobody decides."""
    of = await desk(hub, 2, 2)
    id = await of.signal()
    counts = []
    async with hub.res.db.transaction() as one, hub.res.db.transaction() as two:
        for tx, by in ((one, of.approvers[0]), (two, of.approvers[1])):
            given = VoteIn(uuid_(id), of.trader.id, "approved", CONSENT.version, Bounds())
            await store.add_vote(tx, uuid7(), uuid_(of.team.id), by.id, given, None, "", clock.now())
            votes = await store.votes(tx, uuid_(of.team.id), uuid_(id), of.trader.id)
            counts.append(rules.count(votes, 2, [p.id for p in of.approvers], clock.now()).outcome)
    assert counts == ["open", "open"]
    assert await of.stored(id) == (2, [], 0)


def uuid_(text: str) -> Any:
    return type(uuid4())(text)


async def test_the_hub_does_what_the_model_says(hub: RunningHub) -> None:
    """Votes, rejections, repeated votes and people who go, in a random order."""
    chance = random.Random(20261130)
    for _ in range(8):
        needed = chance.randint(1, 3)
        of = await desk(hub, needed, 3)
        id, said, there, decided = await of.signal(), {}, set(of.approvers), None
        for _ in range(8):
            by = chance.choice(of.approvers)
            if chance.random() < 0.15 and len(there) > 1 and by in there:
                await of.team.remove(of.owner, by)
                there.discard(by)
                continue
            decision = chance.choice(["approved", "approved", "approved", "rejected"])
            answer = await of.vote(by, id, decision)
            if by not in there:
                assert answer.status == 404
            elif decided or by in said:
                assert answer.status == 409
            else:
                said[by] = decision
                counted = [d for p, d in said.items() if p in there]
                if "rejected" in counted:
                    decided = "rejected"
                elif len(counted) >= needed:
                    decided = "approved"
                assert (answer.status, answer.body["outcome"]) == (201, decided or "open")
        votes, found, commands = await of.stored(id)
        assert votes == len(said)
        assert [each[0] for each in found] == ([decided] if decided else [])
        assert commands == (decided == "approved")


async def test_who_joins_is_under_it_in_whatever_commits_after_the_answer(hub: RunningHub) -> None:
    """A trade has passed the gate and not committed: joining answers after it."""
    of = await desk(hub)
    other = await of.team.join(of.owner, await hub.person())
    async with hub.res.db.transaction() as tx:
        await gates.pass_gate(tx, other.id)
        await policies.allow_alone(tx, other.id)
        joining = asyncio.get_running_loop().create_task(of.join(other))
        await until(lambda: waits_for_a_gate(hub))
        assert not joining.done()
    assert (await joining).status == 200
    assert (await hub.approve(other, await of.signal())).status == 409


async def test_without_the_gate_joining_answers_too_early(hub: RunningHub) -> None:
    """The control of the test above."""
    of = await desk(hub)
    other = await of.team.join(of.owner, await hub.person())
    async with hub.res.db.transaction() as tx:
        await policies.allow_alone(tx, other.id)
        assert (await of.join(other)).status == 200


async def waits_for_a_gate(hub: RunningHub) -> bool:
    query = """select count(*) from pg_locks as l join pg_stat_activity as a using (pid)
        where l.locktype = 'advisory' and not l.granted and a.query like '%risk:%'"""
    return bool((await hub.rows(query))[0][0])


async def test_a_trader_is_under_one_policy_at_a_time(hub: RunningHub) -> None:
    person, owners = await hub.person(), [await hub.person() for _ in range(3)]
    teams = [await team(hub, owner) for owner in owners]
    for made, owner in zip(teams, owners, strict=True):
        await made.join(owner, person)
        await made.call(owner, "PUT", POLICY, {"needed": 1, "approvers": [str(owner.id)]})
    joins = [made.call(person, "POST", f"{POLICY}/join") for made in teams for _ in range(2)]
    answers = await asyncio.gather(*joins)
    assert sorted(answer.status for answer in answers) == [200] + [409] * 5
    [joined] = [answer.body["organisation_id"] for answer in answers if answer.status == 200]
    [left] = [made for made in teams if made.id == joined]
    assert (await left.leave(person)).status == 204
    other = next(made for made in teams if made.id != joined)
    assert (await other.call(person, "POST", f"{POLICY}/join")).status == 200


async def test_who_left_and_came_back_is_under_it_only_when_they_join_again(hub: RunningHub) -> None:
    of = await desk(hub, 1, 1)
    assert (await of.team.leave(of.trader)).status == 204
    await of.team.join(of.owner, of.trader)
    assert (await of.team.call(of.owner, "GET", POLICY)).body["traders"] == []
    assert (await of.vote(of.approvers[0], await of.signal())).status == 404
    assert (await hub.approve(of.trader, await of.signal())).status == 201
    assert (await of.join()).status == 200
    assert (await hub.approve(of.trader, await of.signal())).status == 409
    assert (await of.vote(of.approvers[0], await of.signal())).status == 201


async def test_a_policy_is_an_admins_to_set_and_everybodys_to_see(hub: RunningHub) -> None:
    of, stranger = await desk(hub), await hub.person()
    body = {"needed": 1, "approvers": [str(of.trader.id)]}
    for by in (of.trader, of.approvers[0]):
        assert (await of.team.call(by, "PUT", POLICY, body)).status == 403
        assert (await of.team.call(by, "DELETE", POLICY)).status == 403
    for method in ("GET", "PUT", "DELETE"):
        answer = await of.team.call(stranger, method, POLICY, body if method == "PUT" else None)
        assert answer.status == 404
    seen = (await of.team.call(of.trader, "GET", POLICY)).body
    assert (seen["needed"], seen["version"], seen["traders"]) == (2, 1, [str(of.trader.id)])
    assert (await of.team.call(of.owner, "DELETE", POLICY)).status == 204
    for method, path in (("GET", POLICY), ("DELETE", POLICY), ("POST", f"{POLICY}/join")):
        answer = await of.team.call(of.owner, method, path)
        assert (answer.status, answer.body["type"]) == (404, "/problems/no-policy")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"needed": 0}, "/needed"),
        ({"needed": 4}, "/needed"),
        ({"needed": 21}, "/needed"),
        ({"approvers": []}, "/approvers"),
        ({"approvers": ["x"]}, "/approvers/0"),
        ({"approvers": [str(uuid4())], "needed": 1}, "/approvers/0"),
        ({"extra": 1}, "/extra"),
    ],
)
async def test_a_wrong_policy_is_refused_and_changes_nothing(
    hub: RunningHub, body: dict[str, Any], pointer: str
) -> None:
    of = await desk(hub)
    before = (await of.team.call(of.owner, "GET", POLICY)).body
    known = {"needed": 2, "approvers": [str(each.id) for each in of.approvers]}
    answer = await of.team.call(of.owner, "PUT", POLICY, known | body)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)
    assert (await of.team.call(of.owner, "GET", POLICY)).body == before


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"consent_version": "2020-01-01"}, "/consent_version"),
        ({"decision": "maybe"}, "/decision"),
        ({"trader_id": "x"}, "/trader_id"),
        ({"bounds": {"max_drift_points": -1}}, "/bounds/max_drift_points"),
        ({"bounds": {"valid_until": "2026-01-01T00:00:00Z"}}, "/bounds/valid_until"),
        ({"extra": 1}, "/extra"),
    ],
)
async def test_a_wrong_vote_is_refused_and_changes_nothing(
    hub: RunningHub, change: dict[str, Any], pointer: str
) -> None:
    of = await desk(hub)
    id = await of.signal()
    answer = await of.vote(of.approvers[0], id, **change)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)
    assert await of.stored(id) == (0, [], 0)


async def test_a_vote_for_whom_it_does_not_decide_is_refused(hub: RunningHub) -> None:
    of, other = await desk(hub), await desk(hub)
    answer = await of.vote(of.approvers[0], await of.signal(), trader_id=str(other.trader.id))
    assert (answer.status, answer.body["type"]) == (404, "/problems/no-trader")


async def test_policies_and_votes_are_told_and_audited(hub: RunningHub) -> None:
    of = await desk(hub, 1, 1)
    async with signed_in(hub, of.trader) as stream:
        await stream.sub(f"policies:{of.trader.id}")
        await of.set(1)
        await of.team.call(of.owner, "DELETE", f"{POLICY}/traders/{of.trader.id}")
        await of.join()
        await of.team.call(of.owner, "DELETE", POLICY)
        events = await stream.take(4)
    assert [(each["type"], each["data"]["version"]) for each in events] == [
        ("policy.set", 2),
        ("policy.released", 2),
        ("policy.joined", 2),
        ("policy.ended", 2),
    ]
    rows = await hub.rows(
        """select action, actor_id from identity.audit_log
           where target = $1 and action like 'policy.%' order by seq""",
        f"organisation:{of.team.id}",
    )
    owner, trader = of.owner.id, of.trader.id
    assert [tuple(row) for row in rows] == [
        ("policy.set", owner),
        ("policy.join", trader),
        ("policy.set", owner),
        ("policy.release", owner),
        ("policy.join", trader),
        ("policy.end", owner),
    ]


async def test_a_vote_is_audited_with_whom_it_is_for(hub: RunningHub) -> None:
    of: Desk = await desk(hub, 1, 1)
    made = await of.vote(of.approvers[0], await of.signal(), bounds={"valid_until": in_hours(1)})
    rows = await hub.rows(
        """select action, actor_id, meta::text::jsonb ->> 'for' from identity.audit_log
           where actor_id = $1 and action like 'approval.%' order by seq""",
        of.approvers[0].id,
    )
    by, for_ = of.approvers[0].id, str(of.trader.id)
    assert [tuple(row) for row in rows] == [("approval.vote", by, for_), ("approval.create", by, for_)]
    assert made.body["approval_id"]
