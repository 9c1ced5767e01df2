"""Batches what comes at once: callers wait for one flush together, and each gets its own answer.

There is no timer. What arrives while a flush runs is the next batch, so a lone caller waits for
nobody and a crowd shares one round trip. In traces a flush belongs to the first caller and is linked from
the others'.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from hub.core import tracing
from hub.core.nursery import Nursery
from hub.core.tracing import Span

In = TypeVar("In")
Out = TypeVar("Out")
Waiting = tuple[In, asyncio.Future[Out], Span | None]


class Batcher(Generic[In, Out]):
    """`flush` takes up to `size` items and gives as many answers, in order."""

    def __init__(
        self,
        nursery: Nursery,
        name: str,
        flush: Callable[[list[In]], Awaitable[list[Out]]],
        *,
        size: int = 200,
        fail_together: tuple[type[Exception], ...] = (),
    ) -> None:
        """An error of `fail_together` is everybody's at once; after another each item is tried alone."""
        self._nursery, self._name, self._flush, self._size = nursery, f"batch {name}", flush, size
        self._fail_together = fail_together
        self._waiting: list[Waiting[In, Out]] = []
        self._running = False

    async def add(self, item: In) -> Out:
        """The item's own answer, or the error of its flush."""
        answer: asyncio.Future[Out] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer, tracing.here()))
        if not self._running:
            self._running = True
            self._nursery.start(self._run(), name=self._name)
        return await answer

    async def _run(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(0)
                batch, self._waiting = self._waiting[: self._size], self._waiting[self._size :]
                await self._settle(batch)
        finally:
            self._running = False

    async def _settle(self, batch: list[Waiting[In, Out]]) -> None:
        try:
            flush = self._flush([item for item, *_ in batch])
            answers = await tracing.shared(self._name, [caller for *_, caller in batch], flush)
        except Exception as error:
            await self._one_by_one(batch, error)
            return
        for (_, waiting, _), answer in zip(batch, answers, strict=True):
            if not waiting.done():
                waiting.set_result(answer)

    async def _one_by_one(self, batch: list[Waiting[In, Out]], error: Exception) -> None:
        """One bad item must not fail its neighbours."""
        if len(batch) == 1 or isinstance(error, self._fail_together):
            for _, waiting, _ in batch:
                if not waiting.done():
                    waiting.set_exception(error)
            return
        for each in batch:
            await self._settle([each])
