"""Taking a signal back, with the orders it led to."""

import asyncio
from uuid import uuid4

from tests.hubs import RunningHub
from tests.trading.looks import verified


async def test_its_own_producer_cancels_a_signal(hub: RunningHub) -> None:
    producer = await hub.producer()
    signal_id = await producer.opened()
    answer = await producer.cancel(signal_id, "the setup failed")
    assert answer.status == 200
    assert (answer.body["status"], answer.body["close_reason"]) == ("cancelled", "the setup failed")
    assert answer.body["closed_at"].endswith("Z")


async def test_cancelling_again_changes_nothing(hub: RunningHub) -> None:
    producer, person = await hub.producer(), await hub.person()
    signal_id = await producer.opened()
    await hub.approve(person, signal_id)
    first = await producer.cancel(signal_id, "first")
    before = await hub.evidence()
    again = await producer.cancel(signal_id, "second")
    assert (again.status, again.body) == (200, first.body)
    assert await hub.evidence() == before
    [row] = await hub.rows(
        "select count(*) from trading.commands where signal_id = $1::text::uuid", signal_id
    )
    assert row[0] == 2


async def test_of_many_cancellations_at_once_one_is_told(hub: RunningHub) -> None:
    producer, person = await hub.producer(), await hub.person()
    signal_id = await producer.opened()
    await hub.approve(person, signal_id)
    before = await hub.evidence()
    answers = await asyncio.gather(*(producer.cancel(signal_id, f"reason {n}") for n in range(10)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["close_reason"] for answer in answers}) == 1
    assert (await hub.evidence())[2] == before[2] + 1


async def test_another_producer_may_not_cancel_it(hub: RunningHub) -> None:
    producer, other = await hub.producer(), await hub.producer()
    signal_id = await producer.opened()
    before = await hub.evidence()
    assert (await other.cancel(signal_id)).status == 403
    assert await hub.evidence() == before
    person = await hub.person()
    shown = await hub.call("GET", f"/api/v1/signals/{signal_id}", headers=person.bearer)
    assert shown.body["status"] == "open"


async def test_what_does_not_exist_cannot_be_cancelled(hub: RunningHub) -> None:
    producer = await hub.producer()
    assert (await producer.cancel(str(uuid4()))).status == 404
    assert (await producer.cancel("not-an-id")).status == 404


async def test_a_reason_must_be_given(hub: RunningHub) -> None:
    producer = await hub.producer()
    signal_id = await producer.opened()
    for reason in ("", "x" * 201):
        answer = await producer.cancel(signal_id, reason)
        assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/reason")


async def test_every_terminal_that_was_told_to_open_is_told_to_cancel(hub: RunningHub) -> None:
    producer, first, second = await hub.producer(), await hub.person(), await hub.person()
    terminals = [await hub.device(first, "a"), await hub.device(first, "b"), await hub.device(second)]
    rejecting = await hub.person()
    bystander = await hub.device(rejecting)
    signal_id = await producer.opened()
    for person in (first, second):
        assert (await hub.approve(person, signal_id)).status == 201
    assert (await hub.approve(rejecting, signal_id, "rejected")).status == 201
    opens = [(await terminal.poll()).body["commands"][0]["id"] for terminal in terminals]
    await producer.cancel(signal_id)
    for terminal, opened in zip(terminals, opens, strict=True):
        commands = (await terminal.poll()).body["commands"]
        assert [command["kind"] for command in commands] == ["cancel"]
        assert commands[0]["id"] != opened
    assert (await bystander.poll()).body["commands"] == []


async def test_an_approval_racing_a_cancellation_never_leaves_an_order_standing(hub: RunningHub) -> None:
    producer, person = await hub.producer(), await hub.person()
    ids = [await producer.opened() for _ in range(60)]

    async def race(signal_id: str, number: int) -> tuple[int, int]:
        pair = [hub.approve(person, signal_id), producer.cancel(signal_id)]
        answers = await asyncio.gather(*(pair if number % 2 else pair[::-1]))
        approved, cancelled = answers if number % 2 else answers[::-1]
        return approved.status, cancelled.status

    outcomes = [
        await asyncio.gather(*(race(id, n) for n, id in enumerate(ids[at : at + 20]))) for at in (0, 20, 40)
    ]
    flat = [outcome for each in outcomes for outcome in each]
    assert {cancelled for _, cancelled in flat} == {200}
    assert {approved for approved, _ in flat} <= {201, 409}
    standing = await hub.rows(
        """select o.id from trading.commands as o where o.kind = 'open' and o.user_id = $1
           and not exists (select 1 from trading.commands as c where c.opens = o.id and c.kind = 'cancel')""",
        person.id,
    )
    assert standing == []
    opens = await hub.rows("select 1 from trading.commands where kind = 'open' and user_id = $1", person.id)
    assert len(opens) == sum(approved == 201 for approved, _ in flat)


async def test_only_who_may_have_the_order_is_told_to_take_it_back(hub: RunningHub) -> None:
    producer, mine = await hub.producer(), await verified(hub)
    signal_id = await producer.opened()
    assert (await hub.approve(mine.person, signal_id)).status == 201
    later = await hub.device(mine.person, "later")
    await producer.cancel(signal_id)
    assert [command["kind"] for command in (await mine.device.poll()).body["commands"]] == ["cancel"]
    assert (await later.poll()).body["commands"] == []
