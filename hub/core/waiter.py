"""A listener that only wants to know that something came: a long poll."""

import asyncio
from collections.abc import Sequence

from hub.core.bus import Published
from hub.core.stream.frames import Encoding


class Waiter:
    """Woken by an event, not by a timer."""

    encoding: Encoding | None = None

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def deliver(self, events: Sequence[Published], frames: bytes) -> None:
        self._woken.set()

    def lost(self) -> None:
        self._woken.set()

    async def wait(self, seconds: float) -> bool:
        """Whether something came within `seconds`."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return False
        self._woken.clear()
        return True
