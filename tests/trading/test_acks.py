"""Acknowledgements: idempotent, in an order that makes sense, facts told once and for all."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from tests.hubs import Device, Person, RunningHub
from tests.stream.sockets import signed_in


@pytest.fixture
async def person(hub: RunningHub) -> Person:
    return await hub.person()


@pytest.fixture
async def device(hub: RunningHub, person: Person) -> Device:
    return await hub.device(person)


@pytest.fixture
async def command(hub: RunningHub, person: Person, device: Device) -> str:
    return await commanded(hub, person, device)


async def commanded(hub: RunningHub, person: Person, device: Device) -> str:
    """The id of a fresh open command."""
    signal_id = await (await hub.producer()).opened()
    await hub.approve(person, signal_id)
    return str((await device.poll()).body["commands"][-1]["id"])


async def rows(hub: RunningHub, command: str) -> list[Any]:
    return await hub.rows("select * from trading.executions where command_id = $1::text::uuid", command)


async def test_saying_it_again_changes_nothing(hub: RunningHub, device: Device, command: str) -> None:
    first = await device.ack(command, "placed", broker_ticket="7", fill_price="1626.5")
    again = await device.ack(command, "placed", broker_ticket="7", fill_price="1626.5")
    assert (first.status, again.status) == (200, 200)
    assert again.body["id"] == first.body["id"] and again.body["updated_at"] == first.body["updated_at"]
    assert len(await rows(hub, command)) == 1


async def test_a_fill_may_come_after_the_order_was_accepted(
    hub: RunningHub, device: Device, command: str
) -> None:
    accepted = await device.ack(command, "placed", broker_ticket="7")
    assert accepted.body["fill_price"] is None
    filled = await device.ack(command, "placed", fill_price="1626.5", fill_volume="0.10")
    assert (filled.status, filled.body["id"]) == (200, accepted.body["id"])
    assert (filled.body["broker_ticket"], Decimal(filled.body["fill_price"])) == ("7", Decimal("1626.5"))


async def test_a_fact_once_told_never_changes(hub: RunningHub, device: Device, command: str) -> None:
    await device.ack(command, "placed", broker_ticket="7", fill_price="1626.5", fill_volume="0.1")
    again = await device.ack(command, "placed", broker_ticket="8", fill_price="1", fill_volume="9")
    closed = await device.ack(
        command, "closed", fill_price="2", close_price="1738.73", close_reason="take_profit"
    )
    for answer in (again, closed):
        assert (answer.body["broker_ticket"], Decimal(answer.body["fill_price"])) == ("7", Decimal("1626.5"))
    [row] = await rows(hub, command)
    assert (row["fill_price"], row["fill_volume"]) == (Decimal("1626.5"), Decimal("0.1"))
    assert (row["status"], row["close_reason"]) == ("closed", "take_profit")


@pytest.mark.parametrize(
    ("first", "then", "status"),
    [
        ("placed", "closed", 200),
        ("placed", "failed", 200),
        ("placed", "unknown", 200),
        ("placed", "refused", 409),
        ("unknown", "placed", 200),
        ("unknown", "failed", 200),
        ("unknown", "closed", 200),
        ("unknown", "refused", 200),
        ("failed", "placed", 409),
        ("failed", "closed", 409),
        ("failed", "unknown", 409),
        ("refused", "placed", 409),
        ("closed", "placed", 409),
        ("closed", "failed", 409),
        *((each, each, 200) for each in ("placed", "unknown", "failed", "refused", "closed")),
    ],
)
async def test_what_may_follow(
    hub: RunningHub, device: Device, command: str, first: str, then: str, status: int
) -> None:
    assert (await device.ack(command, first)).status == 200
    answer = await device.ack(command, then)
    assert answer.status == status
    [row] = await rows(hub, command)
    assert row["status"] == (then if status == 200 else first)
    if status == 409:
        assert answer.body["execution_status"] == first


@pytest.mark.parametrize(
    "words",
    [("placed", "closed"), ("unknown", "placed"), ("unknown", "placed", "closed"), ("placed", "failed")],
)
async def test_a_late_repeat_of_what_was_said_changes_nothing(
    hub: RunningHub, device: Device, command: str, words: tuple[str, ...]
) -> None:
    for word in words:
        assert (await device.ack(command, word)).status == 200
    for word in words:
        late = await device.ack(command, word)
        assert (late.status, late.body["status"]) == (200, words[-1])
    [row] = await rows(hub, command)
    assert row["status"] == words[-1]


async def test_a_pending_order_may_end_unfilled(hub: RunningHub, device: Device, command: str) -> None:
    await device.ack(command, "placed", broker_ticket="7")
    ended = await device.ack(command, "closed", close_reason="expired")
    assert (ended.body["status"], ended.body["fill_price"], ended.body["close_price"]) == (
        "closed",
        None,
        None,
    )


async def test_somebody_else_s_command_is_not_to_be_found(hub: RunningHub, command: str) -> None:
    foreign = await hub.device(await hub.person())
    assert (await foreign.ack(command, "placed")).status == 404
    assert (await foreign.ack(str(uuid4()), "placed")).status == 404
    assert await rows(hub, command) == []


@pytest.mark.parametrize(
    ("status", "facts", "pointer"),
    [
        ("done", {}, "/status"),
        ("placed", {"fill_price": "0"}, "/fill_price"),
        ("placed", {"fill_price": "-1"}, "/fill_price"),
        ("placed", {"fill_price": "NaN"}, "/fill_price"),
        ("placed", {"fill_volume": "Infinity"}, "/fill_volume"),
        ("closed", {"close_price": "1000000000"}, "/close_price"),
        ("closed", {"close_reason": "bored"}, "/close_reason"),
        ("placed", {"broker_ticket": ""}, "/broker_ticket"),
        ("failed", {"error": "x" * 501}, "/error"),
        ("placed", {"at": "now"}, "/at"),
        ("placed", {"profit": "1"}, "/profit"),
    ],
)
async def test_a_wrong_value_is_refused_and_named(
    hub: RunningHub, device: Device, command: str, status: str, facts: dict[str, str], pointer: str
) -> None:
    answer = await device.ack(command, status, **facts)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)
    assert await rows(hub, command) == []


async def test_of_many_first_words_at_once_one_row_is_made(
    hub: RunningHub, device: Device, command: str
) -> None:
    answers = await asyncio.gather(
        *(device.ack(command, "placed", broker_ticket=str(n)) for n in range(1, 21))
    )
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["broker_ticket"] for answer in answers}) == 1
    assert len(await rows(hub, command)) == 1


async def test_contradicting_words_at_once_leave_the_first(
    hub: RunningHub, device: Device, command: str
) -> None:
    words = ["failed", "refused"] * 10
    answers = await asyncio.gather(*(device.ack(command, word) for word in words))
    [row] = await rows(hub, command)
    for word, answer in zip(words, answers, strict=True):
        assert answer.status == (200 if word == row["status"] else 409)


async def test_the_owner_hears_of_placing_filling_and_closing_once_each(
    hub: RunningHub, person: Person, device: Device, command: str
) -> None:
    async with signed_in(hub, person) as stream:
        await stream.sub(f"executions:{person.id}")
        for _ in range(2):
            await device.ack(command, "placed", broker_ticket="7")
        for _ in range(2):
            await device.ack(command, "placed", fill_price="1626.5", fill_volume="0.1")
        closed = await device.ack(command, "closed", close_price="1738.73", close_reason="take_profit")
        await device.ack(command, "closed")
        events = await stream.take(3)
        kinds = [event["type"] for event in events]
        assert kinds == ["execution.acknowledged", "execution.filled", "execution.closed"]
        assert events[-1]["data"]["id"] == closed.body["id"]
        assert await stream.quiet()


async def test_a_cancel_command_is_acknowledged_as_done_or_refused(hub: RunningHub) -> None:
    person, producer = await hub.person(), await hub.producer()
    devices = [await hub.device(person, name) for name in ("a", "b")]
    signal_id = await producer.opened()
    await hub.approve(person, signal_id)
    await producer.cancel(signal_id)
    for device, status in zip(devices, ("closed", "refused"), strict=True):
        [command] = (await device.poll()).body["commands"]
        answer = await device.ack(command["id"], status)
        assert (answer.status, answer.body["kind"], answer.body["status"]) == (200, "cancel", status)
        assert (await device.poll()).body["commands"] == []
