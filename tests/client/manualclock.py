"""A clock that moves when a test says so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from tests.client.fakehub import until

START = datetime(2026, 1, 1, tzinfo=UTC)


class ManualClock:
    """`caerus_client.waiting.Clock`: its timeouts expire in `elapse`, in order, and at no other time."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._timers: dict[asyncio.Timeout, float] = {}

    def now(self) -> datetime:
        return START + timedelta(seconds=self._seconds)

    def seconds(self) -> float:
        return self._seconds

    @asynccontextmanager
    async def timeout(self, seconds: float) -> AsyncIterator[None]:
        async with asyncio.timeout(None) as scope:
            self._timers[scope] = self._seconds + seconds
            try:
                yield
            finally:
                del self._timers[scope]

    @property
    def idle(self) -> bool:
        """Nobody waits for anything."""
        return not self._timers

    async def awaited(self, seconds: float, within: float) -> None:
        """Wait until somebody waits for exactly this long from now."""
        due = self._seconds + seconds
        await until(lambda: due in self._timers.values(), within)

    async def elapse(self, seconds: float, within: float) -> None:
        """Wait until somebody waits for exactly this long from now, then let that time pass."""
        await self.awaited(seconds, within)
        due = self._seconds + seconds
        assert min(self._timers.values()) == due, "something is due before"
        self._seconds = due
        for scope in [each for each, at in self._timers.items() if at == due]:
            scope.reschedule(0)
