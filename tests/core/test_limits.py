"""GCRA in Redis: exact under concurrency, whatever Redis goes through."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from hub.core.embedded import Endpoints
from hub.core.limits import Bucket, Limit, Limits
from hub.core.nursery import Nursery
from hub.core.redis import Redis, RedisError, open_redis
from hub.core.security.revocations import WHOLE
from tests.hubs import until


@pytest.fixture
async def redis(servers: Endpoints) -> AsyncIterator[Redis]:
    opened = open_redis(servers.redis_url)
    yield opened
    await opened.aclose()


@pytest.fixture
async def limits(redis: Redis) -> AsyncIterator[Limits]:
    nursery = Nursery()
    yield Limits(redis, nursery, WHOLE, 600)
    await nursery.close()


def bucket(quota: int, window: int = 60, name: str = "test") -> Bucket:
    return Bucket(Limit(name, quota, window), uuid4().hex)


async def taken(limits: Limits, of: Bucket, times: int) -> int:
    """How many of so many at once go through."""
    answers = await asyncio.gather(*(limits.take(of) for _ in range(times)))
    return sum(answer.refused_by is None for answer in answers)


async def test_of_two_thousand_at_once_exactly_the_quota_goes_through(limits: Limits) -> None:
    assert await taken(limits, bucket(100, 3_600), 2_000) == 100


async def test_two_processes_share_one_bucket(limits: Limits, redis: Redis) -> None:
    nursery = Nursery()
    other, shared = Limits(redis, nursery, WHOLE, 600), bucket(100, 3_600)
    counts = await asyncio.gather(taken(limits, shared, 300), taken(other, shared, 300))
    await nursery.close()
    assert sum(counts) == 100


async def test_counting_without_the_script_lets_everybody_through(redis: Redis) -> None:
    """The negative control: read, decide, write, with others in between."""
    key, all_have_read = f"control:{uuid4().hex}", asyncio.Barrier(300)

    async def naive() -> bool:
        used = int(await redis.get(key) or 0)
        await all_have_read.wait()
        await redis.set(key, used + 1, ex=60)
        return used < 100

    assert sum(await asyncio.gather(*(naive() for _ in range(300)))) == 300


async def test_a_refusal_takes_nothing_and_says_when_to_come_back(limits: Limits) -> None:
    own = bucket(3, 3)
    assert [(await limits.take(own)).remaining for _ in range(3)] == [2, 1, 0]
    refused = await limits.take(own)
    assert refused.refused_by == own
    assert 0 < refused.retry_after <= 1
    assert 2 < refused.reset <= 4
    await until(lambda: _passes(limits, own), seconds=3)


async def _passes(limits: Limits, of: Bucket) -> bool:
    return (await limits.take(of)).refused_by is None


async def test_all_buckets_of_a_request_are_taken_or_none(limits: Limits) -> None:
    wide, narrow = bucket(10, 3_600), bucket(1, 3_600)
    assert (await limits.take(wide, narrow)).refused_by is None
    for _ in range(5):
        assert (await limits.take(wide, narrow)).refused_by == narrow
    assert (await limits.take(wide)).remaining == 8


async def test_buckets_expire_by_themselves(limits: Limits, redis: Redis) -> None:
    own = bucket(100, 10)
    await limits.take(own)
    assert 0 < await redis.pttl(own.key) <= 2_000


async def test_an_unreachable_redis_is_said_to_everybody_at_once() -> None:
    nursery, away = Nursery(), open_redis("redis://127.0.0.1:1/0", timeout=0.5)
    limits = Limits(away, nursery, WHOLE, 600)
    async with asyncio.timeout(5):
        answers = await asyncio.gather(*(limits.take(bucket(1)) for _ in range(300)), return_exceptions=True)
    assert all(isinstance(answer, RedisError) for answer in answers)
    await nursery.close()
    await away.aclose()
