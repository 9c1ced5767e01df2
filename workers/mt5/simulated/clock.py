"""Simulated time: it passes when somebody says so."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from workers.mt5.terminal import Clock

START = datetime(2026, 1, 5, tzinfo=UTC)


class Paced(Clock, Protocol):
    """A clock whose time a terminal can let pass: simulated, or real (`workers.mt5.clocks`)."""

    def sleep(self, seconds: float) -> None: ...


class SimulatedClock:
    """See `workers.mt5.terminal.Clock`; latencies and stalls are `sleep`, which takes no real time."""

    def __init__(self, at: datetime = START) -> None:
        self._start, self._seconds = at, 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self._seconds += max(seconds, 0.0)

    def reach(self, at: datetime) -> None:
        """Let the time until `at` pass, if it has not."""
        self.sleep((at - self.now()).total_seconds())
