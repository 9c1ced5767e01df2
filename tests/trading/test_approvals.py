"""Decisions: the first answer wins, under the words in force, within bounds."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from hub.trading.approvals.rules import CONSENT
from hub.trading.signals import service as signals
from tests.hubs import RunningHub, in_hours
from tests.identity.test_users_admin import act
from tests.identity.test_users_admin import signed_in as session
from tests.stream.sockets import minted, signed_in
from tests.trading.guarded import traces

PATH = "/api/v1/approve"


async def decisions(hub: RunningHub, signal_id: str) -> list[str]:
    query = "select decision from trading.approvals where signal_id = $1::text::uuid"
    return [row[0] for row in await hub.rows(query, signal_id)]


@pytest.mark.parametrize(("decision", "commands"), [("approved", 1), ("rejected", 0)])
async def test_a_decision_is_stored_and_leads_to_a_command_or_to_none(
    hub: RunningHub, decision: str, commands: int
) -> None:
    person, signal_id = await hub.person(), await (await hub.producer()).opened()
    device = await hub.device(person)
    answer = await hub.approve(person, signal_id, decision)
    assert answer.status == 201
    assert answer.body.keys() == {
        "id", "signal_id", "decision", "consent_version", "bounds", "created_at", "via", "decided_by",
    }  # fmt: skip
    assert (answer.body["via"], answer.body["decided_by"]) == ("self", None)
    assert (answer.body["signal_id"], answer.body["decision"]) == (signal_id, decision)
    assert await decisions(hub, signal_id) == [decision]
    assert len((await device.poll()).body["commands"]) == commands


async def test_deciding_again_is_refused_with_the_first_decision(hub: RunningHub) -> None:
    person, signal_id = await hub.person(), await (await hub.producer()).opened()
    first = (await hub.approve(person, signal_id)).body["id"]
    for again in ("approved", "rejected"):
        answer = await hub.approve(person, signal_id, again)
        assert answer.status == 409
        assert (answer.body["approval_id"], answer.body["decision"]) == (first, "approved")
    assert await decisions(hub, signal_id) == ["approved"]


async def test_of_20_decisions_at_once_one_is_stored(hub: RunningHub) -> None:
    person, signal_id = await hub.person(), await (await hub.producer()).opened()
    choices = ["approved", "rejected"] * 10
    answers = await asyncio.gather(*(hub.approve(person, signal_id, choice) for choice in choices))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 19
    [won] = [answer.body for answer in answers if answer.status == 201]
    assert {answer.body["approval_id"] for answer in answers if answer.status == 409} == {won["id"]}
    assert await decisions(hub, signal_id) == [won["decision"]]
    commands = await hub.rows("select 1 from trading.commands where signal_id = $1::text::uuid", signal_id)
    assert len(commands) == (won["decision"] == "approved")


async def test_people_decide_for_themselves(hub: RunningHub) -> None:
    first, second, signal_id = await hub.person(), await hub.person(), await (await hub.producer()).opened()
    assert (await hub.approve(first, signal_id, "rejected")).status == 201
    assert (await hub.approve(second, signal_id)).status == 201
    for person, decision in ((first, "rejected"), (second, "approved")):
        shown = await hub.call("GET", f"/api/v1/signals/{signal_id}", headers=person.bearer)
        assert shown.body["my_decision"] == decision


async def test_only_a_signed_in_person_decides(hub: RunningHub) -> None:
    producer, person = await hub.producer(), await hub.person()
    device, signal_id = await hub.device(person), await producer.opened()
    body = {"signal_id": signal_id, "decision": "approved", "consent_version": CONSENT.version}
    assert (await hub.call("POST", PATH, body)).status == 401
    assert (await device.call("POST", PATH, body)).status == 401
    assert (await producer.post(PATH, body)).status == 401
    expired = {"authorization": "Bearer " + minted(hub, person, seconds=-1)}
    assert (await hub.call("POST", PATH, body, expired)).status == 401
    assert await decisions(hub, signal_id) == []


@pytest.mark.parametrize("end", ["lock", "delete", "sign out"])
async def test_who_may_not_come_any_more_decides_nothing(hub: RunningHub, end: str) -> None:
    person, admin, signal_id = (
        await hub.person(),
        await hub.person("admin"),
        await (await hub.producer()).opened(),
    )
    bearer, token = await session(hub, person)
    body = {"signal_id": signal_id, "decision": "approved", "consent_version": CONSENT.version}
    if end == "sign out":
        assert (await hub.call("POST", "/api/v1/auth/logout", {"refresh_token": token})).status == 204
    elif end == "lock":
        assert (await act(hub, admin, "POST", f"/{person.id}/lock")).status == 200
    else:
        assert (await act(hub, admin, "DELETE", f"/{person.id}")).status == 204
    before = await traces(hub, person)
    assert (await hub.call("POST", PATH, body, bearer)).status == 401
    assert await traces(hub, person) == before
    assert await decisions(hub, signal_id) == []


async def test_an_unknown_signal_cannot_be_decided(hub: RunningHub) -> None:
    assert (await hub.approve(await hub.person(), str(uuid4()))).status == 404


async def test_a_cancelled_signal_cannot_be_decided(hub: RunningHub) -> None:
    producer = await hub.producer()
    signal_id = await producer.opened()
    await producer.cancel(signal_id)
    answer = await hub.approve(await hub.person(), signal_id)
    assert (answer.status, answer.body["signal_status"]) == (409, "cancelled")
    assert await decisions(hub, signal_id) == []


@pytest.mark.parametrize("told", [False, True], ids=["before the sweep", "after the sweep"])
async def test_an_expired_signal_cannot_be_decided(hub: RunningHub, told: bool) -> None:
    signal_id = await (await hub.producer()).opened()
    await expire_now(hub, signal_id)
    if told:
        await signals.expire(hub.res)
    answer = await hub.approve(await hub.person(), signal_id)
    assert (answer.status, answer.body["signal_status"]) == (409, "expired")
    assert await decisions(hub, signal_id) == []


async def expire_now(hub: RunningHub, signal_id: str) -> None:
    statement = "update trading.signals set expires_at = now() where id = $1::text::uuid"
    await hub.res.db.execute(statement, signal_id)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"consent_version": "2020-01-01"}, "/consent_version"),
        ({"consent_version": ""}, "/consent_version"),
        ({"decision": "maybe"}, "/decision"),
        ({"signal_id": "x"}, "/signal_id"),
        ({"extra": 1}, "/extra"),
        ({"bounds": {"max_drift_points": -1}}, "/bounds/max_drift_points"),
        ({"bounds": {"max_spread_points": 1.5}}, "/bounds/max_spread_points"),
        ({"bounds": {"max_spread_points": 1_000_001}}, "/bounds/max_spread_points"),
        ({"bounds": {"valid_until": "2026-01-01T00:00:00Z"}}, "/bounds/valid_until"),
        ({"bounds": {"valid_until": "2027-01-01T00:00:00"}}, "/bounds/valid_until"),
        ({"bounds": {"max_loss": 1}}, "/bounds/max_loss"),
    ],
)
async def test_a_wrong_value_is_refused_and_named(
    hub: RunningHub, change: dict[str, Any], pointer: str
) -> None:
    signal_id = await (await hub.producer()).opened()
    answer = await hub.approve(await hub.person(), **({"signal_id": signal_id} | change))
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)
    assert await decisions(hub, signal_id) == []


async def test_the_bounds_come_back_as_they_were_given(hub: RunningHub) -> None:
    person, signal_id = await hub.person(), await (await hub.producer()).opened()
    bounds = {"valid_until": in_hours(1), "max_drift_points": 50, "max_spread_points": 0}
    answer = await hub.approve(person, signal_id, bounds=bounds)
    assert answer.body["bounds"] == bounds
    listed = await hub.call("GET", "/api/v1/approvals", headers=person.bearer)
    assert listed.body["items"] == [answer.body]


async def test_the_words_in_force_are_public(hub: RunningHub) -> None:
    answer = await hub.call("GET", "/api/v1/consent")
    assert answer.body == {"version": CONSENT.version, "text": CONSENT.text}


async def test_where_the_decision_came_from_is_kept_and_audited(hub: RunningHub) -> None:
    person, signal_id = await hub.person(), await (await hub.producer()).opened()
    body = {"signal_id": signal_id, "decision": "approved", "consent_version": CONSENT.version}
    made = await hub.call("POST", PATH, body, person.bearer | {"user-agent": "Terminal/9"})
    query = "select host(ip), ua from trading.approvals where id = $1::text::uuid"
    assert [tuple(row) for row in await hub.rows(query, made.body["id"])] == [("127.0.0.1", "Terminal/9")]
    audited = "select actor_id, actor_role, host(ip) from identity.audit_log where action = 'approval.create' and target = $1"
    rows = await hub.rows(audited, f"approval:{made.body['id']}")
    assert [tuple(row) for row in rows] == [(person.id, "user", "127.0.0.1")]


async def test_a_decision_is_told_to_its_person_and_to_nobody_else(hub: RunningHub) -> None:
    person, other, signal_id = await hub.person(), await hub.person(), await (await hub.producer()).opened()
    async with signed_in(hub, person) as stream, signed_in(hub, other) as elsewhere:
        await stream.sub(f"approvals:{person.id}")
        await elsewhere.sub(f"approvals:{other.id}")
        made = await hub.approve(person, signal_id)
        [event] = await stream.take(1)
        assert (event["type"], event["data"]) == ("approval.decided", made.body)
        assert await elsewhere.quiet()


async def test_decisions_are_listed_page_by_page_newest_first(hub: RunningHub) -> None:
    person, producer = await hub.person(), await hub.producer()
    made = [(await hub.approve(person, await producer.opened())).body["id"] for _ in range(5)]
    await hub.approve(await hub.person(), await producer.opened())
    found: list[str] = []
    cursor = ""
    for _ in range(3):
        page = (await hub.call("GET", f"/api/v1/approvals?limit=2{cursor}", headers=person.bearer)).body
        found += [item["id"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert found == made[::-1]
    assert page["next_cursor"] is None
