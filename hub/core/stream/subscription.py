"""One socket's place in one topic."""

from collections.abc import Callable, Sequence

from hub.core.bus import Published
from hub.core.stream.frames import Encoding, event_frames


class Subscription:
    """Buffers while joining, then passes ready frames straight on.

    Joining: live events are held back until the missed ones were sent, so that history and live
    meet without a gap and without an event twice.
    """

    __slots__ = ("_held", "_lost", "_offset", "_write", "encoding")

    def __init__(self, encoding: Encoding, write: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        self.encoding, self._write, self._lost = encoding, write, lost
        self._held: list[Published] | None = []
        self._offset = 0

    def deliver(self, events: Sequence[Published], frames: bytes) -> None:
        if self._held is not None:
            self._held.extend(events)
            return
        if events[0].offset == self._offset + 1:
            self._offset = events[-1].offset
            self._write(frames)
            return
        self._send_after(events)

    def lost(self) -> None:
        self._lost()

    def end(self) -> None:
        """Nothing more goes out, not even from a fan-out that is under way."""
        self._write = _nowhere

    def go_live(self, offset: int, missed: Sequence[Published]) -> None:
        """The client stands at `offset`: send what it missed, then what was held back."""
        self._offset = offset
        self._send_after(missed)
        held, self._held = self._held or [], None
        self._send_after(held)

    def _send_after(self, events: Sequence[Published]) -> None:
        fresh = [event for event in events if event.offset > self._offset]
        if not fresh:
            return
        expected = range(self._offset + 1, self._offset + 1 + len(fresh))
        if [event.offset for event in fresh] != list(expected):
            self._lost()
            return
        self._offset = fresh[-1].offset
        self._write(event_frames(fresh, self.encoding))


def _nowhere(_: bytes) -> None:
    return
