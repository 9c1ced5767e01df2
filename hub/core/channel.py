"""A topic with listeners in this process.

Offsets are checked once a channel, before the fan-out. A batch is framed once an encoding and written to every
socket as it is: to those in step by one compiled loop, to the others one by one. A big fan-out yields every 256
members (about 1 ms), so that it never holds up requests; what comes while it runs goes out in one write with
whatever else came.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol

from hub.core import tracing
from hub.core.bus import Published
from hub.core.stream.audience import Audience
from hub.core.stream.frames import Encoding, event_frames
from hub.core.stream.subscription import ELSEWHERE, Subscription
from hub.core.tracing import SpanKind

SLICE = 256
_BYTES_AT_ONCE = 128 * 1024


class Listener(Protocol):
    """Somebody on a channel. `encoding` None: the frames do not matter; who has one is a `Subscription`."""

    @property
    def encoding(self) -> Encoding | None: ...
    def deliver(self, events: Sequence[Published], frames: bytes) -> None: ...
    def lost(self) -> None: ...


class _Group:
    """Listeners that get the same frames: those in step, as one, and the others one by one."""

    def __init__(self) -> None:
        self.single: set[Listener] = set()
        self.audience = Audience()

    def __len__(self) -> int:
        return len(self.single) + len(self.audience)

    def members(self) -> list[Listener]:
        return [*self.single, *self.audience.members()]

    def leave(self, listener: Listener) -> None:
        if isinstance(listener, Subscription) and listener.place != ELSEWHERE:
            self.audience.leave(listener)
        else:
            self.single.discard(listener)

    async def write(self, batch: Sequence[Published], frames: bytes) -> None:
        await self._write_together(batch, frames)
        members = list(self.single)
        for start in range(0, len(members), SLICE):
            if start or len(self.audience):
                await asyncio.sleep(0)
            for member in members[start : start + SLICE]:
                member.deliver(batch, frames)
                self._keep_in_step(member, batch[-1].offset)

    async def _write_together(self, batch: Sequence[Published], frames: bytes) -> None:
        audience = self.audience
        if audience.offset != batch[0].offset - 1:
            for member in audience.members():
                member.lost()
        audience.offset = None
        places = audience.close_ranks()
        for start in range(0, places, SLICE):
            if start:
                await asyncio.sleep(0)
            audience.send(start, min(start + SLICE, places), frames)
        audience.offset = batch[-1].offset

    def _keep_in_step(self, member: Listener, offset: int) -> None:
        if isinstance(member, Subscription) and member.offset == offset and member in self.single:
            self.single.remove(member)
            self.audience.join(member)


class Channel:
    """Members by encoding, and what has not been written to them yet."""

    def __init__(self, topic: str) -> None:
        self.topic, self._name = topic, f"deliver {topic.partition(':')[0]}"
        self._groups: dict[Encoding | None, _Group] = {}
        self._last: int | None = None
        self._waiting: list[Published] = []
        self._busy = False
        self.pumping: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return sum(map(len, self._groups.values()))

    @property
    def backlog(self) -> int:
        return len(self._waiting)

    def members(self) -> list[Listener]:
        return [member for group in self._groups.values() for member in group.members()]

    def join(self, listener: Listener) -> None:
        if listener.encoding not in self._groups:
            self._groups[listener.encoding] = _Group()
        self._groups[listener.encoding].single.add(listener)

    def leave(self, listener: Listener) -> None:
        if group := self._groups.get(listener.encoding):
            group.leave(listener)
            if not len(group):
                del self._groups[listener.encoding]

    def offer(self, events: Iterable[Published]) -> bool:
        """Take what is new; True when the caller must now `pump`. Nobody is told so again until that has ended."""
        fresh = [event for event in events if self._last is None or event.offset > self._last]
        if not fresh:
            return False
        first, last = fresh[0].offset, fresh[-1].offset
        if (self._last is not None and first != self._last + 1) or last - first != len(fresh) - 1:
            self.lose()
            return False
        self._last = last
        self._waiting += fresh
        if self._busy:
            return False
        self._busy = True
        return True

    def lose(self) -> None:
        """Something was missed: whoever listens must resume, and who comes from now on looks where the topic stands."""
        self._waiting.clear()
        self._last = None
        for member in self.members():
            member.lost()

    async def pump(self) -> None:
        """Write what waits, and what comes meanwhile."""
        try:
            while self._waiting:
                batch = self._take()
                with tracing.each(SpanKind.CONSUMER, [(event.traceparent, self._name) for event in batch]):
                    await self._write(batch)
        finally:
            self._busy = False

    def _take(self) -> list[Published]:
        """As much as makes one good write."""
        size = taken = 0
        while taken < len(self._waiting) and size < _BYTES_AT_ONCE:
            size += len(self._waiting[taken].message)
            taken += 1
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return batch

    async def _write(self, batch: list[Published]) -> None:
        for encoding, group in list(self._groups.items()):
            frames = event_frames(batch, encoding) if encoding is not None else b""
            await group.write(batch, frames)
