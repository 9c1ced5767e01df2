"""`caerus_client.stream` against a real hub: typed events, resumption from a kept position, the example of the docs."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from caerus_client.stream import Event, Refused, Stream, Subscribed, Told
from caerus_client.topics import SIGNALS, approvals, executions

from tests.hubs import PASSWORD, Person, RunningHub

FOLLOW = Path(__file__).parents[2] / "clients" / "python" / "examples" / "follow.py"


def streaming(hub: RunningHub, person: Person, topics: dict[Any, Any], **options: Any) -> Stream:
    async def token() -> str:
        return person.token

    return Stream(hub.base_url, token, topics, **options)


async def event(events: AsyncGenerator[Told, None]) -> Event:
    async with asyncio.timeout(10):
        async for each in events:
            if isinstance(each, Event):
                return each
    raise AssertionError("the stream ended")


async def subscribed(events: AsyncGenerator[Told, None], count: int) -> list[Subscribed]:
    async with asyncio.timeout(10):
        found = [await anext(events) for _ in range(count)]
    return [each for each in found if isinstance(each, Subscribed)]


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_what_a_person_sees_is_typed(hub: RunningHub, encoding: str) -> None:
    person, producer = await hub.person(), await hub.producer()
    device = await hub.device(person)
    decided, done = approvals(person.id), executions(person.id)
    stream = streaming(hub, person, {SIGNALS: None, decided: None, done: None}, encoding=encoding)
    async with aclosing(stream.events()) as events:
        assert len(await subscribed(events, 3)) == 3
        signal_id = await producer.opened()
        signal = SIGNALS.read(await event(events))
        assert (str(signal.id), signal.status) == (signal_id, "open")
        await hub.approve(person, signal_id)
        approval = decided.read(await event(events))
        assert (approval.signal_id, approval.decision) == (signal.id, "approved")
        [command] = (await device.poll()).body["commands"]
        await device.ack(command["id"], "placed", broker_ticket="7")
        execution = done.read(await event(events))
        assert (str(execution.command_id), execution.broker_ticket) == (command["id"], "7")


async def test_a_kept_position_goes_on_where_it_was(hub: RunningHub) -> None:
    person, producer = await hub.person(), await hub.producer()
    first = streaming(hub, person, {"signals": None})
    async with aclosing(first.events()) as events:
        await subscribed(events, 1)
        await producer.opened()
        await event(events)
    missed = [await producer.opened() for _ in range(3)]
    async with aclosing(streaming(hub, person, first.positions).events()) as events:
        [answer] = await subscribed(events, 1)
        assert answer.recovered
        assert [(await event(events)).data["id"] for _ in range(3)] == missed


async def test_anothers_topic_is_refused_and_the_rest_goes_on(hub: RunningHub) -> None:
    person, another, producer = await hub.person(), await hub.person(), await hub.producer()
    stream = streaming(hub, person, {approvals(another.id): None, SIGNALS: None})
    async with asyncio.timeout(10), aclosing(stream.events()) as events:
        refused = await anext(events)
        assert isinstance(refused, Refused) and refused.topic == f"approvals:{another.id}"
        await subscribed(events, 1)
        posted = await producer.opened()
        assert (await event(events)).data["id"] == posted


async def test_the_example_of_the_docs_runs(hub: RunningHub) -> None:
    person, producer = await hub.person(), await hub.producer()
    arguments = (sys.executable, str(FOLLOW), hub.base_url, person.email, PASSWORD)
    process = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            await until_line(process.stdout, "open signals")
            posted = await producer.opened()
            assert posted in await until_line(process.stdout, "signal.created")
    finally:
        process.kill()
        await process.wait()


async def until_line(lines: asyncio.StreamReader, words: str) -> str:
    while words not in (line := (await lines.readline()).decode()):
        assert line, "the example ended"
    return line
