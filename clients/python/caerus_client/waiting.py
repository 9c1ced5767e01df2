"""How a stream waits, so that tests need not."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from caerus_client.times import utc_now

Result = TypeVar("Result")


class Clock(Protocol):
    """The time, and waits against it."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""

    def seconds(self) -> float:
        """A clock that only goes forward."""

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """Raises TimeoutError when its body takes longer."""


class SystemClock:
    """The machine's."""

    def now(self) -> datetime:
        return utc_now()

    def seconds(self) -> float:
        return asyncio.get_running_loop().time()

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        return asyncio.timeout(seconds)


async def pause(clock: Clock, seconds: float) -> None:
    """Sleep by this clock."""
    try:
        async with clock.timeout(seconds):
            await asyncio.Event().wait()
    except TimeoutError:
        return


class Shared(Generic[Result]):
    """A call that is in flight once at a time: who comes meanwhile gets the same answer.

    It goes on when everybody who waits for it was cancelled: what it spends is spent already.
    """

    def __init__(self, work: Callable[[], Awaitable[Result]]) -> None:
        self._work = work
        self._running: asyncio.Future[Result] | None = None

    async def __call__(self) -> Result:
        if self._running is None:
            self._running = asyncio.ensure_future(self._run())
        return await asyncio.shield(self._running)

    async def _run(self) -> Result:
        try:
            return await self._work()
        finally:
            self._running = None
