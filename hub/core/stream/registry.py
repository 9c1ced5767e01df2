"""Every signed-in socket of this process: by session, so that it ends with it, and by person."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

import msgspec

from hub.core.bus import Published
from hub.core.principal import Principal
from hub.core.security.revocations import Ended
from hub.core.stream import messages
from hub.core.stream.frames import Encoding


class Member(Protocol):
    """A socket, as far as it is known here."""

    def end(self, code: int, reason: str) -> None: ...


class _Message(msgspec.Struct):
    data: Ended


_decode = msgspec.json.Decoder(_Message).decode


class Sockets:
    """Hears of sessions that end, from the bus like everybody, and shows their sockets out."""

    encoding: Encoding | None = None

    def __init__(self, most_each: int, most_unproven: int) -> None:
        self._most_each, self._most_unproven = most_each, most_unproven
        self._of_session: defaultdict[UUID, set[Member]] = defaultdict(set)
        self.people: Counter[UUID] = Counter()
        self._unproven: Counter[str] = Counter()

    def enter(self, member: Member, who: Principal) -> bool:
        """False when this person has as many sockets as one may."""
        if who.session_id is None or self.people[who.person] >= self._most_each:
            return False
        self._of_session[who.session_id].add(member)
        self.people[who.person] += 1
        return True

    def leave(self, member: Member, who: Principal) -> None:
        assert who.session_id is not None
        members = self._of_session[who.session_id]
        members.discard(member)
        if not members:
            del self._of_session[who.session_id]
        _less(self.people, who.person)

    def knock(self, address: str) -> bool:
        """A socket that has not said who it is; False when too many wait from there (not from "") already."""
        if address and self._unproven[address] >= self._most_unproven:
            return False
        self._unproven[address] += 1
        return True

    def answered(self, address: str) -> None:
        """It said who it is, or left."""
        _less(self._unproven, address)

    def deliver(self, events: Sequence[Published], frames: bytes) -> None:
        for event in events:
            for session_id in _decode(event.message).data.sessions:
                _end(self._of_session.get(session_id, ()), messages.UNAUTHENTICATED, "the session is over")

    def lost(self) -> None:
        """Somebody's end may have been missed: all prove once more that they may be here."""
        self._end_all(messages.OUT_OF_STEP, "resume")

    def deaf(self) -> None:
        """Nothing is heard here any more: nobody is to think that nothing happens."""
        self._end_all(messages.AWAY, "try again")

    def _end_all(self, code: int, reason: str) -> None:
        for members in list(self._of_session.values()):
            _end(members, code, reason)


def _end(members: Iterable[Member], code: int, reason: str) -> None:
    for member in list(members):
        member.end(code, reason)


def _less(counter: Counter[Any], key: object) -> None:
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]
