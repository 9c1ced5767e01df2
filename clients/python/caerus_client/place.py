"""One topic's place in its history: which events are new, which repeat, where one is missing."""

from typing import Literal

import msgspec

from caerus_client.frames import Answer, Event, Position, Sub

Verdict = Literal["deliver", "skip", "gap"]


class Subscribed(msgspec.Struct, frozen=True):
    """A subscription stands. `recovered` False: load a snapshot now; the events that follow are above `position`."""

    topic: str
    position: Position
    recovered: bool


class Place:
    """Where a topic stands, and what was asked of the hub about it."""

    def __init__(self, topic: str, position: Position | None = None) -> None:
        self.topic = topic
        self.position = position
        self.failures = 0
        self.retry_at: float | None = None
        self._asked: int | None = None
        self._gap_after: int | None = None

    def ask(self, id: int) -> Sub:
        """The subscription to send; it resumes from the last event delivered."""
        self._asked, self.retry_at = id, None
        return Sub(id, self.topic, self.position)

    def asked(self, id: int | str | None) -> bool:
        """Whether the answer to this request is still awaited."""
        return id is not None and id == self._asked

    def lost(self) -> None:
        """Whatever was asked will not be answered."""
        self._asked, self.retry_at = None, None

    def failed(self, retry_at: float) -> None:
        """The hub could not just now: ask again then."""
        self._asked, self.retry_at = None, retry_at

    def answered(self, frame: Answer) -> Subscribed | None:
        """Take the answer to what was asked last; answers to anything older say nothing."""
        if not self.asked(frame.id):
            return None
        self.lost()
        self.failures = 0
        at = Position(frame.epoch, frame.offset)
        recovered = frame.recovered and self.position is not None and self.position.epoch == at.epoch
        # after a recovery the missed events are still to come, so our own place stands
        if not recovered:
            self.position = at
        return Subscribed(self.topic, at, recovered)

    def judge(self, event: Event) -> Verdict:
        """What to do with an event; one that is to be delivered moves the place."""
        if self.position is None or event.offset <= self.position.offset:
            return "skip"
        if event.offset == self.position.offset + 1:
            self.position = Position(self.position.epoch, event.offset)
            return "deliver"
        # what comes before the answer to a new request belongs to the old subscription
        return "skip" if self._asked is not None else self._gap(self.position.offset)

    def _gap(self, after: int) -> Verdict:
        # twice at one place: the history does not have it, so begin anew with a snapshot
        if self._gap_after == after:
            self.position = None
        self._gap_after = after
        return "gap"
