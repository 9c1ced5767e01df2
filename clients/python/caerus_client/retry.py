"""When to try again: exponential back-off with full jitter, and the state of an outage."""

import random
from collections.abc import Callable

import msgspec

Draw = Callable[[], float]
"""A number in [0, 1)."""


class RetryPolicy(msgspec.Struct, frozen=True):
    """`delay` and `cap` in seconds. After `max_retries` failed retries somebody is told; trying goes on."""

    max_retries: int = 5
    delay: float = 5.0
    cap: float = 60.0

    def pause(self, failures: int, draw: Draw = random.random) -> float:
        """Seconds to wait after this many failures in a row: uniform in [0, min(cap, delay * 2**(failures - 1))).

        Full jitter (Brooker, "Exponential Backoff and Jitter", 2015): clients that failed together spread out.
        """
        exponent = min(max(failures - 1, 0), 60)
        return draw() * min(self.cap, self.delay * 2.0**exponent)


class Outage:
    """Whether the hub answers at all. While it does not, one probe at a time goes out, ever more slowly."""

    def __init__(self, policy: RetryPolicy, draw: Draw = random.random) -> None:
        self._policy = policy
        self._draw = draw
        self.failures = 0
        self.until = 0.0
        self._told = False

    def failed(self, now: float, at_least: float = 0.0) -> None:
        """A failure at monotonic time `now`. Those that come while a pause already runs belong to the same one."""
        if now >= self.until:
            self.failures += 1
            self.until = now + max(at_least, self._policy.pause(self.failures, self._draw))

    def over(self) -> None:
        """The hub answered."""
        self.failures, self.until, self._told = 0, 0.0, False

    def worth_telling(self, item_failures: int = 0) -> bool:
        """True once an outage: when it, or an item that alone keeps failing, has just outlived the retries."""
        last = self._policy.max_retries
        if self._told or (self.failures <= last and item_failures != last + 1):
            return False
        self._told = True
        return True
