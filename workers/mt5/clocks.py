"""The real clock of a terminal; tests and the simulation bring their own."""

import time
from datetime import datetime

from hub.core import clock


class RealClock:
    def now(self) -> datetime:
        """The present in UTC."""
        return clock.now()

    def monotonic(self) -> float:
        """Seconds that only go up."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block the thread; for a simulated terminal that is to take real time."""
        time.sleep(seconds)
