"""A listener that only wants to know that something came: a long poll."""

import asyncio
from collections.abc import Sequence

from hub.core.bus import Published
from hub.core.stream.frames import Encoding


class Waiter:
    """Woken by an event, not by a timer. What came before somebody waits is not forgotten."""

    __slots__ = ("_sleeper", "_woken", "offset")
    encoding: Encoding | None = None

    def __init__(self) -> None:
        self._woken = False
        self._sleeper: asyncio.Future[None] | None = None
        self.offset: int | None = None
        """That of the last event; None when events may have been missed."""

    def deliver(self, events: Sequence[Published], frames: bytes) -> None:
        self.offset = events[-1].offset
        self._wake()

    def lost(self) -> None:
        self.offset = None
        self._wake()

    def _wake(self) -> None:
        self._woken = True
        self._end_sleep()

    def _end_sleep(self) -> None:
        if self._sleeper and not self._sleeper.done():
            self._sleeper.set_result(None)

    async def wait(self, seconds: float) -> bool:
        """Whether something came within `seconds`. A future and a timer: `wait_for` would start a task."""
        if not self._woken:
            loop = asyncio.get_running_loop()
            self._sleeper = loop.create_future()
            timer = loop.call_later(seconds, self._end_sleep)
            try:
                await self._sleeper
            finally:
                timer.cancel()
        woken, self._woken = self._woken, False
        return woken
