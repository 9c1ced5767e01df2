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
