"""Jobs: tried again when they ask for it, and given time to finish."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

import hub.rooms  # noqa: F401 - plugs the cron entries in
from hub.core import clock, jobs
from hub.core.embedded import Endpoints
from hub.core.nursery import stop
from hub.core.resources import Resources
from tests.hubs import RunningHub, until

attempts: Counter[str] = Counter()
begun, may_end = asyncio.Event(), asyncio.Event()


@asynccontextmanager
async def worker(hub: RunningHub, servers: Endpoints) -> AsyncIterator["asyncio.Task[None]"]:
    """One that works until the block ends, however it ends: left to itself it would do the work of other tests."""
    working = asyncio.create_task(jobs.work(hub.res, servers.redis_url))
    try:
        yield working
    finally:
        await stop(working)
        assert working.cancelled()


@jobs.job
async def third_time_lucky(_: Resources, name: str) -> None:
    attempts[name] += 1
    if attempts[name] < 3:
        raise jobs.Later("not yet")


@jobs.job
async def hopeless(_: Resources, name: str) -> None:
    attempts[name] += 1
    raise LookupError(name)


@jobs.job
async def slow(_: Resources, name: str) -> None:
    begun.set()
    await may_end.wait()
    attempts[name] += 1


async def test_a_job_that_asks_for_it_is_tried_again_another_is_not(
    hub: RunningHub, servers: Endpoints
) -> None:
    async with worker(hub, servers):
        await jobs.enqueue(hub.res.queue, hopeless, "hopeless")
        await jobs.enqueue(hub.res.queue, third_time_lucky, "lucky")
        await until(lambda: attempts["lucky"] == 3)
        await until(lambda: idle(hub))
    assert attempts["hopeless"] == 1 and attempts["lucky"] == 3


async def test_a_job_under_way_is_given_time_to_finish(hub: RunningHub, servers: Endpoints) -> None:
    async with worker(hub, servers) as working:
        await jobs.enqueue(hub.res.queue, slow, "slow")
        await asyncio.wait_for(begun.wait(), 10)
        working.cancel()
        asyncio.get_running_loop().call_later(0.1, may_end.set)
        with pytest.raises(asyncio.CancelledError):
            await working
    assert attempts["slow"] == 1
    assert await idle(hub)


@jobs.steadily(seconds=0.01)
async def steady(_: Resources) -> None:
    attempts["steady"] += 1
    if attempts["steady"] == 2:
        raise LookupError("once")


async def test_steady_work_goes_on_after_an_error_until_the_worker_ends(
    hub: RunningHub, servers: Endpoints
) -> None:
    attempts["steady"] = 0
    async with worker(hub, servers):
        await until(lambda: attempts["steady"] > 3)
    ended = attempts["steady"]
    await asyncio.sleep(0.1)
    assert attempts["steady"] == ended


async def test_one_id_waits_once(hub: RunningHub, servers: Endpoints) -> None:
    for _ in range(5):
        await jobs.enqueue(hub.res.queue, hopeless, "once", job_id="test:once")
    async with worker(hub, servers):
        await until(lambda: idle(hub))
    assert attempts["once"] == 1


def cron(name: str, next_run: datetime) -> jobs._Cron:
    [known] = [each for each in jobs._crons if each.name == f"cron:{name}"]
    return replace(known, next_run=next_run)


def test_a_rare_cron_entry_makes_up_for_what_it_missed_by_one_run() -> None:
    now = clock.now()
    missed = now - timedelta(hours=3)
    entry = cron("forget_alerts", missed)  # once an hour
    entry.calculate_next(missed)
    due = entry.next_run
    assert due and now < due <= now + timedelta(minutes=61)
    entry.resume(missed + timedelta(seconds=61))
    assert entry.next_run == due
    # It may have been waiting, or under way: what Redis knew of that is lost.
    entry.resume(missed + timedelta(seconds=59))
    assert entry.next_run == missed


def test_one_of_each_minute_goes_on_with_its_next_turn() -> None:
    missed = clock.now() - timedelta(minutes=3)
    entry = cron("forget_answers", missed)
    entry.resume(missed)
    assert entry.next_run is None


def test_a_job_is_declared_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        jobs.job(slow)


async def idle(hub: RunningHub) -> bool:
    """Nothing of ours is queued or under way."""
    return not [
        key for key in await hub.res.redis.keys("arq:*") if b"cron" not in key and b"queue" not in key
    ]


async def test_a_worker_that_is_told_to_stop_at_any_moment_stops(hub: RunningHub, servers: Endpoints) -> None:
    chance = random.Random(3)
    for _ in range(25):
        working = asyncio.create_task(jobs.work(hub.res, servers.redis_url))
        await asyncio.wait([working], timeout=chance.uniform(0, 0.3))
        working.cancel()
        await asyncio.wait([working], timeout=10)
        assert working.cancelled()
