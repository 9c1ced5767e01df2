"""How a stream waits, so that tests need not."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from caerus_client.times import utc_now


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
