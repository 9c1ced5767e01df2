"""The outbox and the relay: committed events, in order, each once, whatever dies when."""

import asyncio
import random
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.core import outbox, relay
from hub.core.bus import BUS, Published
from hub.core.outbox import Event
from hub.core.relay import Numbered, sql
from tests.core.conftest import Apart
from tests.hubs import until

TOPICS = ["a", "b", "c"]


async def append(apart: Apart, topic: str, *numbers: int, fail: bool = False) -> None:
    """Events in one transaction, which `fail` rolls back."""
    async with apart.db.transaction() as tx:
        events = [Event(topic, "test.happened", topic, "test", {"n": number}) for number in numbers]
        await outbox.append(tx, apart.bus.redis, events)
        if fail:
            raise LookupError


async def kept(apart: Apart, topic: str) -> list[tuple[int, int]]:
    """(offset, number) of a topic's history, as it is stored."""
    return [
        (e.offset, msgspec.json.decode(e.message)["data"]["n"]) for e in await apart.bus.history(topic, 0)
    ]


async def on_the_bus(apart: Apart) -> list[tuple[str, int]]:
    entries = await apart.bus.redis.xrange(BUS)
    return [(fields[b"t"].decode(), int(fields[b"o"])) for _, fields in entries]


async def number(apart: Apart) -> list[Numbered]:
    rows = await sql.many(apart.db, Numbered, "number_events", n=500)
    return sorted(rows, key=lambda row: row.seq)


async def publish(apart: Apart, rows: list[Numbered]) -> int:
    return await apart.bus.publish([Published(row.topic, row.offset, relay.message(row)) for row in rows])


async def restart(apart: Apart) -> None:
    """What a relay does when it begins, and then until nothing is left.

    It leads first: what a relay before it had under way in the database is over then.
    """
    async with apart.db.pool.acquire() as connection:
        await connection.execute("select pg_advisory_lock($1)", relay._LOCK)
        while await relay.move(connection, apart.bus, left_over=True):
            pass
        while await relay.move(connection, apart.bus):
            pass
        await connection.execute("select pg_advisory_unlock($1)", relay._LOCK)


async def test_events_of_a_topic_get_offsets_from_one_in_order(apart: Apart) -> None:
    await append(apart, "a", 10, 11)
    await append(apart, "b", 20)
    await append(apart, "a", 12)
    await restart(apart)
    assert await kept(apart, "a") == [(1, 10), (2, 11), (3, 12)]
    assert await kept(apart, "b") == [(1, 20)]
    assert await on_the_bus(apart) == [("a", 1), ("a", 2), ("b", 1), ("a", 3)]
    assert await apart.db.fetch("select 1 from core.outbox") == []


async def test_a_rolled_back_transaction_publishes_nothing(apart: Apart) -> None:
    with pytest.raises(LookupError):
        await append(apart, "a", 1, 2, fail=True)
    await append(apart, "a", 3)
    await restart(apart)
    assert await kept(apart, "a") == [(1, 3)]


async def test_dying_between_publishing_and_deleting_repeats_nothing(apart: Apart) -> None:
    await append(apart, "a", 1, 2, 3)
    assert await publish(apart, await number(apart)) == 3
    await restart(apart)
    assert await kept(apart, "a") == [(1, 1), (2, 2), (3, 3)]
    assert await on_the_bus(apart) == [("a", 1), ("a", 2), ("a", 3)]


async def test_dying_between_numbering_and_publishing_loses_nothing(apart: Apart) -> None:
    await append(apart, "a", 1, 2)
    await number(apart)
    await append(apart, "a", 3)
    await restart(apart)
    assert await kept(apart, "a") == [(1, 1), (2, 2), (3, 3)]


async def test_without_the_left_over_step_they_would_be_lost(apart: Apart) -> None:
    """The negative control of the test above."""
    await append(apart, "a", 1, 2)
    await number(apart)
    await append(apart, "a", 3)
    while await relay.move(apart.db, apart.bus):
        pass
    assert await kept(apart, "a") == [(3, 3)]


async def test_publishing_again_is_refused_by_the_bus(apart: Apart) -> None:
    events = [Published("a", offset, b'{"data":{"n":%d}}' % offset) for offset in (1, 2, 3)]
    assert await apart.bus.publish(events) == 3
    assert await apart.bus.publish(events[1:]) == 0
    assert await apart.bus.publish([*events[2:], Published("a", 4, b'{"data":{"n":4}}')]) == 1
    assert await kept(apart, "a") == [(1, 1), (2, 2), (3, 3), (4, 4)]
    assert await apart.bus.offset("a") == 4
    assert await apart.bus.offset("nobody") is None


_STEP = st.one_of(
    st.tuples(st.just("append"), st.sampled_from(TOPICS), st.integers(1, 4)),
    st.tuples(st.just("undo"), st.sampled_from(TOPICS), st.integers(1, 2)),
    st.tuples(st.sampled_from(["move", "die numbered", "die published"]), st.just(""), st.just(0)),
)


class Run:
    """Steps taken on a relay, and what they must lead to."""

    def __init__(self, apart: Apart, prefix: str) -> None:
        self.apart, self.prefix = apart, prefix
        self.truth: dict[str, list[int]] = {topic: [] for topic in TOPICS}

    async def take(self, kind: str, topic: str, count: int) -> None:
        if kind in ("append", "undo"):
            await self._append(topic, count, undo=kind == "undo")
        elif kind == "move":
            await relay.move(self.apart.db, self.apart.bus)
        else:
            rows = await number(self.apart)
            if kind == "die published":
                await publish(self.apart, rows)
            await relay.move(self.apart.db, self.apart.bus, left_over=True)

    async def _append(self, topic: str, count: int, *, undo: bool) -> None:
        numbers = [len(self.truth[topic]) + n for n in range(count)]
        try:
            await append(self.apart, self.prefix + topic, *numbers, fail=undo)
        except LookupError:
            return
        self.truth[topic] += numbers

    async def check(self) -> None:
        await restart(self.apart)
        seen = await on_the_bus(self.apart)
        for topic, numbers in self.truth.items():
            assert await kept(self.apart, self.prefix + topic) == list(enumerate(numbers, start=1))
            offsets = [offset for name, offset in seen if name == self.prefix + topic]
            assert offsets == list(range(1, len(numbers) + 1))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(_STEP, max_size=14))
async def test_whatever_the_interleaving_each_event_comes_once_in_order(
    apart: Apart, steps: list[tuple[str, str, int]]
) -> None:
    # Examples share a database: topics of its own keep each apart from the others.
    run = Run(apart, f"{uuid4().hex}:")
    for step in steps:
        await run.take(*step)
    await run.check()


async def test_a_relay_cancelled_again_and_again_loses_and_repeats_nothing(apart: Apart) -> None:
    chance = random.Random(7)

    async def write() -> None:
        for start in range(0, 400, 2):
            await append(apart, TOPICS[start % 3], start, start + 1)

    writing: asyncio.Task[Any] = asyncio.create_task(write())
    while not writing.done():
        relaying = asyncio.create_task(relay.run(apart.dsn, apart.redis_url))
        await asyncio.wait([relaying], timeout=chance.uniform(0, 0.06))
        relaying.cancel()
        await asyncio.wait([relaying], timeout=10)
        assert relaying.cancelled()
    await writing
    await restart(apart)
    for topic in TOPICS:
        history = await kept(apart, topic)
        assert [offset for offset, _ in history] == list(range(1, len(history) + 1))
        assert [n for _, n in history] == [
            n for s in range(0, 400, 2) if TOPICS[s % 3] == topic for n in (s, s + 1)
        ]
    seen = await on_the_bus(apart)
    assert len(seen) == len(set(seen)) == 400


async def test_a_second_relay_waits_and_takes_over(apart: Apart) -> None:
    first = asyncio.create_task(relay.run(apart.dsn, apart.redis_url))
    await append(apart, "a", 1)
    await until(lambda: at(apart, 1))
    second = asyncio.create_task(relay.run(apart.dsn, apart.redis_url))
    first.cancel()
    await append(apart, "a", 2)
    await until(lambda: at(apart, 2))
    second.cancel()
    await asyncio.wait([first, second], timeout=10)
    assert await kept(apart, "a") == [(1, 1), (2, 2)]


async def test_a_relay_whose_sessions_are_ended_again_and_again_works_on(apart: Apart) -> None:
    """Its connection ends in the middle of whatever it does; asyncpg has a different error for each."""
    relaying = asyncio.create_task(relay.run(apart.dsn, apart.redis_url))
    for number in range(1, 21):
        await append(apart, "a", number)
        await until(lambda: ended(apart))
    await until(lambda: at(apart, 20))
    relaying.cancel()
    await asyncio.wait([relaying], timeout=10)
    assert relaying.cancelled()
    assert await kept(apart, "a") == [(n, n) for n in range(1, 21)]


async def ended(apart: Apart) -> bool:
    """Whether there was a relay's session to end."""
    query = """
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and application_name = 'caerus-relay'
    """
    return bool((await apart.db.fetchrow(query))[0])


@pytest.mark.parametrize(
    "lost", [asyncpg.InternalClientError, asyncpg.AdminShutdownError, ConnectionResetError]
)
async def test_a_relay_that_loses_its_connection_connects_again(apart: Apart, lost: type[Exception]) -> None:
    tried = 0

    async def connect(*args: Any, **options: Any) -> Any:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise lost("gone")
        return await asyncpg.connect(*args, **options)

    relaying = asyncio.create_task(relay.run(apart.dsn, apart.redis_url, connect))
    await append(apart, "a", 1)
    await until(lambda: at(apart, 1))
    relaying.cancel()
    await asyncio.wait([relaying], timeout=10)


async def at(apart: Apart, offset: int) -> bool:
    return await apart.bus.offset("a") == offset


async def test_a_spare_that_is_gone_does_not_stand_in_line(apart: Apart) -> None:
    leading = asyncio.create_task(relay.run(apart.dsn, apart.redis_url))
    await append(apart, "a", 1)
    await until(lambda: at(apart, 1))
    spare = asyncio.create_task(relay.run(apart.dsn, apart.redis_url))
    await until(lambda: in_line(apart, 1))
    spare.cancel()
    await asyncio.wait([spare], timeout=10)
    await until(lambda: in_line(apart, 0))
    leading.cancel()
    await asyncio.wait([leading], timeout=10)


async def in_line(apart: Apart, count: int) -> bool:
    """Whether so many wait for the relay's lock."""
    query = (
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'advisory'"
    )
    return bool((await apart.db.fetchrow(query))[0] == count)
