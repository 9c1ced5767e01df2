"""The subscriptions of one encoding that have all got the same events: they are written to as one."""

import numpy as np

from hub.core.stream import direct
from hub.core.stream.subscription import ELSEWHERE, Subscription


class Audience:
    """Members by place, their descriptors beside them. Who leaves leaves a hole, so that no place moves meanwhile."""

    __slots__ = ("_descriptors", "_holes", "_members", "offset")

    def __init__(self) -> None:
        self._members: list[Subscription | None] = []
        self._descriptors = np.empty(16, np.int32)
        self._holes = 0
        self.offset: int | None = None
        """Of the last event that all members got; None while that is being written."""

    def __len__(self) -> int:
        return len(self._members) - self._holes

    def members(self) -> list[Subscription]:
        return [member for member in self._members if member]

    def join(self, member: Subscription) -> None:
        place = len(self._members)
        if place == self._descriptors.size:
            self._descriptors = np.resize(self._descriptors, 2 * place)
        self._descriptors[place] = member.outlet.descriptor
        self._members.append(member)
        member.place = place

    def leave(self, member: Subscription) -> None:
        self._members[member.place] = None
        self._descriptors[member.place] = direct.NOBODY
        self._holes += 1
        member.place = ELSEWHERE

    def close_ranks(self) -> int:
        """Fill the holes; how many places there are now."""
        if self._holes:
            members, self._members, self._holes = self.members(), [], 0
            for member in members:
                self.join(member)
        return len(self._members)

    def send(self, start: int, stop: int, frames: bytes) -> None:
        """To the members in these places: at once where the kernel takes all, else by way of their transports."""
        for place, taken in direct.send(self._descriptors[start:stop], frames):
            if member := self._members[start + place]:
                member.outlet.write(frames[taken:])
