"""When something that failed is tried again: after a second, then twice as long each time, up to a minute. No clock, no I/O."""

from datetime import datetime, timedelta

FIRST, LONGEST = timedelta(seconds=1), timedelta(seconds=60)


class Pauses:
    """By name. A name that nobody has tried for two of the longest pauses is forgotten."""

    def __init__(self) -> None:
        self._until: dict[str, tuple[datetime, timedelta]] = {}

    def over(self, name: str, now: datetime) -> bool:
        """Whether it may be tried; a clock that was put back holds up nobody for longer than a pause."""
        until = self._until[name][0] if name in self._until else now
        return not now < until <= now + LONGEST

    def begin(self, name: str, now: datetime) -> None:
        """It was tried, and may be again after the next pause."""
        pause = min(self._until[name][1] * 2, LONGEST) if name in self._until else FIRST
        known = {each: kept for each, kept in self._until.items() if now - kept[0] < 2 * LONGEST}
        self._until = known | {name: (now + pause, pause)}

    def forget(self, name: str) -> None:
        self._until.pop(name, None)
