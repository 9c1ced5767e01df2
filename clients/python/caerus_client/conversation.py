"""What a client says on its socket, and what it makes of what it hears. No socket, no clock, no await."""

from collections.abc import Mapping
from itertools import count
from typing import Any

import msgspec

from caerus_client.frames import Answer, Event, Failed, Frame, Position, Ready, Sent, Unsub
from caerus_client.place import Place, Subscribed
from caerus_client.retry import Draw, RetryPolicy

TOO_MANY = 429
SERVER_FAULT = 500


class Refused(msgspec.Struct, frozen=True):
    """The hub refused a message, for instance a topic that is not ours; `problem` is its problem document.

    A topic that failed for a passing reason (429, 5xx) is asked for again by itself, ever more slowly.
    """

    topic: str | None
    problem: dict[str, Any]


Told = Event | Subscribed | Refused


class Conversation:
    """The topics of one client over all its connections. What is to be sent waits in `outbox`."""

    def __init__(self, topics: Mapping[str, Position | None], retry: RetryPolicy, draw: Draw) -> None:
        self.places = {topic: Place(topic, position) for topic, position in topics.items()}
        self.outbox: list[Sent] = []
        self.live = False
        self._retry, self._draw = retry, draw
        self._ids = count(1)

    def lost(self) -> None:
        """The connection is gone."""
        self.live = False
        self.outbox.clear()
        for place in self.places.values():
            place.lost()

    def follow(self, topic: str, position: Position | None) -> None:
        """Add a topic; one that is followed already stays as it is."""
        if topic not in self.places:
            self.places[topic] = Place(topic, position)
            self._ask(self.places[topic])

    def unfollow(self, topic: str) -> None:
        """Leave a topic; what is still under way of it is dropped."""
        if self.places.pop(topic, None) and self.live:
            self.outbox.append(Unsub(next(self._ids), topic))

    def take(self, frame: Frame, now: float) -> Told | None:
        """What a frame means to whoever follows."""
        match frame:
            case Ready():
                self._ready()
            case Answer() if frame.topic in self.places:
                return self.places[frame.topic].answered(frame)
            case Event():
                return self._event(frame)
            case Failed():
                return self._failed(frame, now)
        return None

    def next_retry(self) -> float | None:
        """When the first topic that failed is to be asked for again."""
        return min(
            (each.retry_at for each in self.places.values() if each.retry_at is not None), default=None
        )

    def retry(self, now: float) -> None:
        """Ask again for every topic whose time has come."""
        for place in self.places.values():
            if place.retry_at is not None and place.retry_at <= now:
                self._ask(place)

    def _ready(self) -> None:
        # also the answer to a renewed token, when everything stands already
        if not self.live:
            self.live = True
            for place in self.places.values():
                self._ask(place)

    def _ask(self, place: Place) -> None:
        if self.live:
            self.outbox.append(place.ask(next(self._ids)))

    def _event(self, event: Event) -> Event | None:
        place = self.places.get(event.topic)
        verdict = place.judge(event) if place else "skip"
        if place and verdict == "gap":
            self.outbox.append(Unsub(next(self._ids), place.topic))
            self._ask(place)
        return event if verdict == "deliver" else None

    def _failed(self, frame: Failed, now: float) -> Refused:
        place = next((each for each in self.places.values() if each.asked(frame.id)), None)
        if place is None:
            return Refused(None, frame.problem)
        place.lost()
        if _is_passing(frame.problem.get("status")):
            place.failures += 1
            place.failed(now + self._retry.pause(place.failures, self._draw))
        return Refused(place.topic, frame.problem)


def _is_passing(status: object) -> bool:
    return isinstance(status, int) and (status == TOO_MANY or status >= SERVER_FAULT)
