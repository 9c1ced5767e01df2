"""One socket's place in one topic."""

import os
from asyncio import Transport
from collections.abc import Callable, Sequence
from typing import Protocol

from hub.core.bus import Published
from hub.core.stream.frames import Encoding, event_frames

_JOINING, _ENDED = -1, -2


class Outlet(Protocol):
    """Where frames go: the connection."""

    transport: Transport
    descriptor: int

    def write(self, frames: bytes) -> None: ...


class Subscription:
    """Buffers while joining, then passes ready frames straight on.

    Joining: live events are held back until the missed ones were sent, so that history and live
    meet without a gap and without an event twice.
    """

    __slots__ = ("_held", "_lost", "encoding", "offset", "outlet")

    def __init__(self, encoding: Encoding, outlet: Outlet, lost: Callable[[], None]) -> None:
        self.encoding, self.outlet, self._lost = encoding, outlet, lost
        self._held: list[Published] = []
        self.offset = _JOINING
        """Of the last event that was sent; below zero while none may be."""

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


def fan_out(subscriptions: Sequence[Subscription], events: Sequence[Published], frames: bytes) -> None:
    """Write the same frames to all: `deliver` and `StreamProtocol.write` for the usual case, without their calls.

    This is the loop that a hub spends its time in; what is not usual goes the long way. A closing transport is
    asked before every write, because its descriptor may already be somebody else's.
    """
    before, last, size, write = events[0].offset - 1, events[-1].offset, len(frames), os.write
    for each in subscriptions:
        outlet = each.outlet
        transport = outlet.transport
        if each.offset != before or transport.is_closing() or transport.get_write_buffer_size():
            each.deliver(events, frames)
            continue
        each.offset = last
        try:
            sent = write(outlet.descriptor, frames)
        except OSError:
            sent = 0  # full, or gone: the transport finds out which
        if sent < size:
            transport.write(frames[sent:])
