"""Live events and resumption: none twice, none missing, in order; or told that it cannot be."""

import asyncio
import random
from typing import Any

import pytest

from hub.core.bus import HISTORY
from tests.hubs import Person, RunningHub, signal_body, until
from tests.stream.sockets import fresh_topic, opened, published, signed_in, tell


def numbers(events: list[dict[str, Any]]) -> list[int]:
    return [event["data"]["n"] for event in events]


def after(answer: dict[str, Any], offset: int) -> dict[str, Any]:
    return {"epoch": answer["epoch"], "offset": offset}


async def test_a_posted_signal_comes_as_an_event(hub: RunningHub) -> None:
    async with signed_in(hub) as stream:
        place = await stream.sub("signals")
        posted = await (await hub.producer()).signal(signal_body())
        [event] = await stream.take(1)
        assert (event["topic"], event["type"], event["offset"]) == (
            "signals",
            "signal.created",
            place["offset"] + 1,
        )
        assert event["data"] == posted.body
        assert event["at"].endswith("Z")


async def test_cancelling_and_expiring_come_as_events(hub: RunningHub) -> None:
    producer = await hub.producer()
    async with signed_in(hub) as stream:
        await stream.sub("signals")
        signal_id = await producer.opened()
        await producer.cancel(signal_id, "no longer valid")
        created, cancelled = await stream.take(2)
        assert (created["type"], cancelled["type"]) == ("signal.created", "signal.cancelled")
        assert (cancelled["data"]["id"], cancelled["data"]["close_reason"]) == (signal_id, "no longer valid")


async def test_without_since_only_what_is_new_comes(hub: RunningHub) -> None:
    topic = fresh_topic()
    await tell(hub, topic, 5)
    await until(lambda: is_at(hub, topic, 5))
    async with signed_in(hub) as stream:
        place = await stream.sub(topic)
        assert (place["offset"], place["recovered"]) == (5, False)
        await tell(hub, topic, 2, start=6)
        assert numbers(await stream.take(2)) == [6, 7]
        assert await stream.quiet()


async def is_at(hub: RunningHub, topic: str, offset: int) -> bool:
    return await published(hub, topic) == offset


async def test_since_gives_exactly_what_was_missed_and_then_what_is_live(hub: RunningHub) -> None:
    topic, person = fresh_topic(), await hub.person()
    async with signed_in(hub, person) as stream:
        place = await stream.sub(topic)
        await tell(hub, topic, 4)
        await stream.take(4)
    await tell(hub, topic, 6, start=5)
    async with signed_in(hub, person) as stream:
        again = await stream.sub(topic, after(place, 4))
        assert (again["recovered"], again["offset"]) == (True, 4)
        await tell(hub, topic, 3, start=11)
        events = await stream.take(9)
        assert numbers(events) == [event["offset"] for event in events] == list(range(5, 14))
        assert await stream.quiet()


async def test_since_the_present_recovers_nothing_and_says_so(hub: RunningHub) -> None:
    topic = fresh_topic()
    await tell(hub, topic, 3)
    await until(lambda: is_at(hub, topic, 3))
    async with signed_in(hub) as stream:
        place = await stream.sub(topic)
        again = await stream.sub(topic, after(place, 3))
        assert again["recovered"] is True
        assert await stream.quiet()


@pytest.mark.parametrize(
    "changed", [{"epoch": "another"}, {"offset": 99}, {"offset": -5}, {"offset": 10**30}]
)
async def test_a_cursor_of_another_history_is_not_recovered(hub: RunningHub, changed: dict[str, Any]) -> None:
    topic = fresh_topic()
    await tell(hub, topic, 3)
    await until(lambda: is_at(hub, topic, 3))
    async with signed_in(hub) as stream:
        place = await stream.sub(topic)
        again = await stream.sub(topic, after(place, 1) | changed)
        assert (again["recovered"], again["offset"]) == (False, 3)
        assert await stream.quiet()
        await tell(hub, topic, 1, start=4)
        assert numbers(await stream.take(1)) == [4]


async def test_a_trimmed_history_is_not_recovered_and_nothing_partial_is_sent(hub: RunningHub) -> None:
    topic, count = fresh_topic(), HISTORY + 300
    await tell(hub, topic, count)
    await until(lambda: is_at(hub, topic, count))
    async with signed_in(hub) as stream:
        place = await stream.sub(topic)
        again = await stream.sub(topic, after(place, 1))
        assert (again["recovered"], again["offset"]) == (False, count)
        assert await stream.quiet()
        kept = await stream.sub(topic, after(place, count - 500))
        assert kept["recovered"] is True
        assert numbers(await stream.take(500)) == list(range(count - 499, count + 1))


async def test_when_redis_has_forgotten_a_topic_the_place_is_still_known(hub: RunningHub) -> None:
    topic = fresh_topic()
    await tell(hub, topic, 5)
    await until(lambda: is_at(hub, topic, 5))
    async with signed_in(hub) as stream:
        place = await stream.sub(topic)
        await hub.res.redis.delete(f"caerus:t:{topic}", f"caerus:o:{topic}")
        again = await stream.sub(topic, after(place, 2))
        assert (again["recovered"], again["offset"]) == (False, 5)
        present = await stream.sub(topic, after(place, 5))
        assert present["recovered"] is True
        await tell(hub, topic, 2, start=6)
        assert numbers(await stream.take(2)) == [6, 7]


async def test_after_unsubscribing_nothing_comes(hub: RunningHub) -> None:
    topic = fresh_topic()
    async with signed_in(hub) as stream, signed_in(hub) as other:
        await stream.sub(topic)
        await other.sub(topic)
        await stream.send(op="unsub", id=9, topic=topic)
        assert (await stream.answer("unsub"))["id"] == 9
        await tell(hub, topic, 1)
        await other.take(1)
        assert await stream.quiet()


async def test_subscribing_twice_does_not_give_events_twice(hub: RunningHub) -> None:
    topic = fresh_topic()
    async with signed_in(hub) as stream:
        await stream.sub(topic)
        await stream.sub(topic)
        await tell(hub, topic, 3)
        assert numbers(await stream.take(3)) == [1, 2, 3]
        assert await stream.quiet()


async def test_every_listener_gets_every_event(hub: RunningHub) -> None:
    topic, listeners = fresh_topic(), 70

    async def listen(person: Person) -> list[int]:
        async with signed_in(hub, person) as stream:
            await stream.sub(topic)
            ready.release()
            return numbers(await stream.take(20))

    people, ready = [await hub.person(), await hub.person()], asyncio.Semaphore(0)
    tasks = [asyncio.create_task(listen(people[number % 2])) for number in range(listeners)]
    for _ in range(listeners):
        await ready.acquire()
    for start in range(1, 21):
        await tell(hub, topic, 1, start=start)
    assert await asyncio.gather(*tasks) == [list(range(1, 21))] * listeners


@pytest.mark.parametrize("seed", range(3))
async def test_random_disconnections_lose_and_repeat_nothing(hub: RunningHub, seed: int) -> None:
    """300 signals are stored while a reader comes and goes 30 times: it has what the database has."""
    chance, person, producer = random.Random(seed), await hub.person(), await hub.producer()
    received: list[dict[str, Any]] = []
    async with opened(hub) as stream:
        await stream.auth(person.token)
        place = await stream.sub("signals")
    cursor = after(place, place["offset"])
    cuts = sorted(chance.sample(range(1, 300), 30))

    async def post() -> list[str]:
        gate = asyncio.Semaphore(8)

        async def one() -> str:
            async with gate:
                return await producer.opened()

        return await asyncio.gather(*(one() for _ in range(300)))

    posting = asyncio.create_task(post())
    for end in [*cuts, 300]:
        # Without a bound: a client whose queue is full does not read the answer to its own close for ten seconds.
        async with opened(hub, max_queue=None) as stream:
            await stream.auth(person.token)
            answer = await stream.sub("signals", cursor)
            assert answer["recovered"] is True
            received += await stream.take(end - len(received))
            cursor = after(answer, received[-1]["offset"])
            if chance.random() < 0.5:
                stream.connection.transport.abort()
    ids = await posting
    assert [event["offset"] for event in received] == list(range(place["offset"] + 1, place["offset"] + 301))
    stored = await hub.rows("select id::text from trading.signals where producer_id = $1", producer.id)
    assert (
        sorted(event["data"]["id"] for event in received) == sorted(ids) == sorted(row[0] for row in stored)
    )
