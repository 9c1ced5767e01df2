"""Who got which event: an event that somebody did not get is lost, and one that came twice is doubled."""

import asyncio
import time

from workers.loadtest.recorder import Recorder

_CREATED = b'"type":"signal.created"'


class Deliveries:
    """Events are numbered; their number stands in the signal's `version`, behind the mark of this run."""

    def __init__(self, mark: str, listeners: int, recorder: Recorder) -> None:
        self._prefix = f'"version":"{mark}-'.encode()
        self._listeners, self._recorder = listeners, recorder
        self._intended: dict[int, float] = {}
        self._seen: dict[int, bytearray] = {}
        self._numbers: dict[bytes, int | None] = {}
        self.delivered = self.doubled = 0
        self.last = 0.0

    def expect(self, number: int, intended: float) -> None:
        """About to be sent: everybody must get it."""
        self._intended[number], self._seen[number] = intended, bytearray(self._listeners)

    def refused(self, number: int) -> None:
        """The hub did not take it: nobody needs to get it, unless somebody did."""
        if not any(self._seen[number]):
            del self._seen[number], self._intended[number]

    def due(self, at: float) -> None:
        """What was sent so far counts as meant for `at`: nobody could have got it before."""
        self._intended = dict.fromkeys(self._intended, at)

    def take(self, who: int, now: float, message: bytes) -> None:
        """Somebody got a message; others' signals and other kinds of events do not count."""
        if message not in self._numbers:
            self._numbers[message] = self._number(message)
        number = self._numbers[message]
        if number is None or (seen := self._seen.get(number)) is None:
            return
        if seen[who]:
            self.doubled += 1
            return
        seen[who] = 1
        self.delivered += 1
        self.last = now
        self._recorder.record(self._intended[number], now)

    def _number(self, message: bytes) -> int | None:
        at = message.find(self._prefix)
        if at < 0 or _CREATED not in message:
            return None
        start = at + len(self._prefix)
        return int(message[start : message.index(b'"', start)])

    @property
    def expected(self) -> int:
        return len(self._seen) * self._listeners

    @property
    def missing(self) -> int:
        return self.expected - self.delivered

    async def everything(self, seconds: float) -> bool:
        """Wait until nothing is missing; False if that did not come about in time."""
        deadline = time.perf_counter() + seconds
        while self.missing and time.perf_counter() < deadline:
            await asyncio.sleep(0.01)
        return not self.missing
