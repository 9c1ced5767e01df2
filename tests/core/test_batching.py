"""Batches: each caller its own answer; one bad item harms nobody else."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from hub.core.batching import Batcher
from hub.core.nursery import Nursery


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    made = Nursery()
    yield made
    await made.close()


class Flush:
    """Doubles its numbers; refuses a batch with a negative one."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def __call__(self, items: list[int]) -> list[int]:
        self.batches.append(items)
        await asyncio.sleep(0)
        if any(item < 0 for item in items):
            raise ValueError("negative")
        return [item * 2 for item in items]


async def test_what_comes_together_is_flushed_together_and_answered_apart(nursery: Nursery) -> None:
    flush = Flush()
    batcher = Batcher(nursery, "test", flush, size=200)
    assert await asyncio.gather(*(batcher.add(n) for n in range(50))) == [n * 2 for n in range(50)]
    assert flush.batches == [list(range(50))]


async def test_a_batch_is_no_larger_than_its_size(nursery: Nursery) -> None:
    flush = Flush()
    batcher = Batcher(nursery, "test", flush, size=20)
    assert await asyncio.gather(*(batcher.add(n) for n in range(50))) == [n * 2 for n in range(50)]
    assert [len(batch) for batch in flush.batches] == [20, 20, 10]


async def test_one_poisonous_item_fails_alone(nursery: Nursery) -> None:
    batcher = Batcher(nursery, "test", Flush())
    items = [1, 2, -3, 4, -5]
    answers = await asyncio.gather(*(batcher.add(n) for n in items), return_exceptions=True)
    assert [answer if isinstance(answer, int) else type(answer) for answer in answers] == [
        2,
        4,
        ValueError,
        8,
        ValueError,
    ]


async def test_a_caller_that_goes_away_harms_nobody(nursery: Nursery) -> None:
    batcher = Batcher(nursery, "test", Flush())
    leaving, staying = asyncio.ensure_future(batcher.add(1)), asyncio.ensure_future(batcher.add(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 4
    assert await batcher.add(3) == 6


async def test_a_nursery_ends_even_a_task_that_lost_its_first_cancellation(nursery: Nursery) -> None:
    lost = 0

    async def stubborn() -> None:
        nonlocal lost
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lost += 1
            await asyncio.Event().wait()

    task = nursery.start(stubborn(), name="stubborn")
    await asyncio.sleep(0)
    await asyncio.wait_for(nursery.close(), 5)
    assert lost == 1 and task.cancelled()
