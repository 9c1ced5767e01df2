"""One socket's place in one topic."""

from collections.abc import Callable, Sequence
from typing import Protocol

from hub.core.bus import Published
from hub.core.stream.frames import Encoding, event_frames

_JOINING, _ENDED = -1, -2
ELSEWHERE = -1


class Outlet(Protocol):
    """Where frames go: the connection."""

    descriptor: int

    def write(self, frames: bytes) -> None: ...


class Subscription:
    """Buffers while joining, then passes ready frames straight on.

    Joining: live events are held back until the missed ones were sent, so that history and live
    meet without a gap and without an event twice.
    """

    __slots__ = ("_held", "_lost", "encoding", "offset", "outlet", "place")

    def __init__(self, encoding: Encoding, outlet: Outlet, lost: Callable[[], None]) -> None:
        self.encoding, self.outlet, self._lost = encoding, outlet, lost
        self._held: list[Published] = []
        self.offset = _JOINING
        """Of the last event that was sent one by one; below zero while none may be."""
        self.place = ELSEWHERE
        """In the audience that it is written to with."""

    def deliver(self, events: Sequence[Published], frames: bytes) -> None:
        if self.offset == events[0].offset - 1:
            self.offset = events[-1].offset
            self.outlet.write(frames)
        elif self.offset == _JOINING:
            self._held.extend(events)
        elif self.offset != _ENDED:
            self._send_after(events)

    def lost(self) -> None:
        self._lost()

    def end(self) -> None:
        """Nothing more goes out, not even from a fan-out that is under way."""
        self.offset = _ENDED
        self._held.clear()

    def go_live(self, offset: int, missed: Sequence[Published]) -> None:
        """The client stands at `offset`: send what it missed, then what was held back."""
        if self.offset == _ENDED:
            return
        self.offset = offset
        held, self._held = self._held, []
        self._send_after(
            [*missed, *(event for event in held if not missed or event.offset > missed[-1].offset)]
        )

    def _send_after(self, events: Sequence[Published]) -> None:
        fresh = [event for event in events if event.offset > self.offset]
        if not fresh:
            return
        expected = range(self.offset + 1, self.offset + 1 + len(fresh))
        if [event.offset for event in fresh] != list(expected):
            self._lost()
            return
        self.offset = fresh[-1].offset
        self.outlet.write(event_frames(fresh, self.encoding))
