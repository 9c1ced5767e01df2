"""`Idempotency-Key`: one act, one answer, whatever happens in between."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.core import clock, idempotency
from hub.core.idempotency import KEPT, Answer, InFlight, Ticket
from tests.hubs import Person, RunningHub

PATH = "/api/v1/devices/register"


async def register(hub: RunningHub, person: Person, key: str | None, name: str = "terminal") -> Any:
    headers = person.bearer | ({} if key is None else {"idempotency-key": key})
    return await hub.call("POST", PATH, {"name": name}, headers)


async def devices(hub: RunningHub, person: Person) -> int:
    [row] = await hub.rows("select count(*) from trading.devices where user_id = $1", person.id)
    return int(row[0])


@pytest.mark.parametrize("form", ["{}", '"{}"', " {} "])
async def test_a_repeat_gets_the_first_answer_and_does_nothing(hub: RunningHub, form: str) -> None:
    person, key = await hub.person(), uuid4().hex
    first, again = await register(hub, person, key), await register(hub, person, form.format(key))
    assert (first.status, again.status) == (201, 201)
    assert first.raw == again.raw
    assert "idempotent-replayed" not in first.headers and again.headers["idempotent-replayed"] == "true"
    assert await devices(hub, person) == 1


async def test_without_a_key_each_request_is_its_own(hub: RunningHub) -> None:
    person = await hub.person()
    assert [(await register(hub, person, None)).status for _ in range(2)] == [201, 409]


async def test_the_same_key_for_something_else_is_refused(hub: RunningHub) -> None:
    person, key = await hub.person(), uuid4().hex
    await register(hub, person, key)
    other = await register(hub, person, key, "another")
    assert (other.status, other.body["title"]) == (422, "Idempotency-Key used for something else")
    assert await devices(hub, person) == 1


async def test_a_key_is_its_callers_own(hub: RunningHub) -> None:
    key = uuid4().hex
    answers = [await register(hub, await hub.person(), key) for _ in range(2)]
    assert answers[0].status == answers[1].status == 201
    assert answers[0].raw != answers[1].raw


async def test_a_refusal_is_repeated_too(hub: RunningHub) -> None:
    person, key = await hub.person(), uuid4().hex
    await register(hub, person, None)
    first, again = await register(hub, person, key), await register(hub, person, key)
    assert (first.status, again.status) == (409, 409)
    assert first.raw == again.raw and again.headers["content-type"] == "application/problem+json"


async def test_what_is_not_valid_uses_no_key_up(hub: RunningHub) -> None:
    person, key = await hub.person(), uuid4().hex
    bad = await hub.call("POST", PATH, {"nam": 1}, person.bearer | {"idempotency-key": key})
    assert bad.status == 422
    assert (await register(hub, person, key)).status == 201


@pytest.mark.parametrize("key", ["", '""', "a b", "x" * 256, 'a"b', "ü"])
async def test_a_key_that_is_none_is_refused(hub: RunningHub, key: str) -> None:
    person = await hub.person()
    assert (await register(hub, person, key)).status == 400
    assert await devices(hub, person) == 0


async def test_many_at_once_do_it_once(hub: RunningHub) -> None:
    person, key = await hub.person(), uuid4().hex
    answers = await asyncio.gather(*(register(hub, person, key) for _ in range(50)))
    assert await devices(hub, person) == 1
    good = {answer.raw for answer in answers if answer.status == 201}
    assert len(good) == 1
    for answer in answers:
        assert answer.status == 201 or (answer.status, answer.body["title"]) == (409, "Still at work")
    assert (await register(hub, person, key)).raw in good


def ticket() -> Ticket:
    return Ticket("user:test", "POST /test", uuid4().hex, b"f" * 32)


async def insert(hub: RunningHub, topic: str) -> Answer:
    async with hub.res.db.transaction() as tx:
        await tx.execute("insert into core.topics values ($1, 0)", topic)
    return Answer(201, b"{}")


async def inserted(hub: RunningHub, topic: str) -> int:
    [row] = await hub.rows("select count(*) from core.topics where topic = $1", topic)
    return int(row[0])


async def test_what_failed_before_its_commit_may_be_tried_again_at_once(hub: RunningHub) -> None:
    own, topic = ticket(), uuid4().hex

    async def broken() -> Answer:
        async with hub.res.db.transaction() as tx:
            await tx.execute("insert into core.topics values ($1, 0)", topic)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await idempotency.once(hub.res.db, own, broken)
    assert await inserted(hub, topic) == 0
    assert (await idempotency.once(hub.res.db, own, lambda: insert(hub, topic))).status == 201


async def test_what_was_committed_and_never_answered_is_not_done_again(hub: RunningHub) -> None:
    own, topic = ticket(), uuid4().hex

    async def dies_after_the_commit() -> Answer:
        await insert(hub, topic)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await idempotency.once(hub.res.db, own, dies_after_the_commit)
    with pytest.raises(InFlight):
        await idempotency.once(hub.res.db, own, lambda: insert(hub, topic))
    await age(hub, own, timedelta(seconds=90))
    for _ in range(2):
        with pytest.raises(idempotency.AnswerLost):
            await idempotency.once(hub.res.db, own, lambda: insert(hub, topic))
    assert await inserted(hub, topic) == 1


async def age(hub: RunningHub, own: Ticket, by: timedelta) -> None:
    await hub.res.db.execute(
        "update core.idempotency set created_at = $2 where key = $1", own.key, clock.now() - by
    )


async def test_a_claim_whose_process_died_is_taken_over_and_its_ghost_commits_nothing(
    hub: RunningHub,
) -> None:
    own, ghost, heir = ticket(), uuid4().hex, uuid4().hex
    halfway, on = asyncio.Event(), asyncio.Event()

    async def stalls() -> Answer:
        halfway.set()
        await on.wait()
        return await insert(hub, ghost)

    stalled = asyncio.ensure_future(idempotency.once(hub.res.db, own, stalls))
    await halfway.wait()
    with pytest.raises(InFlight):
        await idempotency.once(hub.res.db, own, lambda: insert(hub, heir))
    await age(hub, own, timedelta(seconds=90))
    assert (await idempotency.once(hub.res.db, own, lambda: insert(hub, heir))).status == 201
    on.set()
    with pytest.raises(InFlight):
        await stalled
    assert (await inserted(hub, ghost), await inserted(hub, heir)) == (0, 1)


async def test_an_answer_is_kept_a_day_and_then_forgotten(hub: RunningHub) -> None:
    own, first, second = ticket(), uuid4().hex, uuid4().hex
    await idempotency.once(hub.res.db, own, lambda: insert(hub, first))
    await age(hub, own, KEPT - timedelta(minutes=1))
    assert (await idempotency.once(hub.res.db, own, lambda: insert(hub, second))).replayed
    await age(hub, own, KEPT + timedelta(minutes=1))
    assert not (await idempotency.once(hub.res.db, own, lambda: insert(hub, second))).replayed
    await age(hub, own, KEPT + timedelta(minutes=1))
    assert await idempotency.forget(hub.res.db) >= 1
    assert await inserted(hub, first) == await inserted(hub, second) == 1


async def test_an_approval_with_a_key_is_made_once(hub: RunningHub) -> None:
    producer, person = await hub.producer(), await hub.person()
    signal, key = await producer.opened(), {"idempotency-key": uuid4().hex}
    body = {"signal_id": signal, "decision": "approved"}
    consent = (await hub.call("GET", "/api/v1/consent")).body["version"]
    answers = [
        await hub.call("POST", "/api/v1/approve", body | {"consent_version": consent}, person.bearer | key)
        for _ in range(3)
    ]
    assert [answer.status for answer in answers] == [201] * 3
    assert len({answer.raw for answer in answers}) == 1
