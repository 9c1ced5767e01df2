"""When to stop knocking at a terminal, and when to try again. No clock, no I/O."""

from dataclasses import dataclass

MOST_DOUBLINGS = 4


@dataclass(slots=True)
class Breaker:
    """Opens after `max_failures` in a row for `backoff` seconds; each failed trial doubles them, up to 16 times."""

    max_failures: int
    backoff: float
    failures: int = 0
    open_until: float = float("-inf")

    def wait(self, now: float) -> float:
        """Seconds until the next attempt may be made; 0 if now."""
        return max(self.open_until - now, 0.0)

    def failed(self, now: float) -> None:
        self.failures += 1
        beyond = self.failures - self.max_failures
        if beyond >= 0:
            self.open_until = now + self.backoff * 2 ** min(beyond, MOST_DOUBLINGS)

    def succeeded(self) -> None:
        self.failures, self.open_until = 0, float("-inf")
