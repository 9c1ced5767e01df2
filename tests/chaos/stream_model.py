"""What a subscriber must have seen, given what PostgreSQL committed; pure.

The truth of a topic is the list of its committed events by offset. A subscriber's record is what it was told,
in order: where it stands after each (re)subscription, and each event. Everything else is a breach.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

KINDS = LOST, DOUBLED, LEAKED, DISORDER, CHANGED, PARTIAL = (
    "lost",
    "doubled",
    "leaked",
    "disorder",
    "changed",
    "partial",
)


class Told(Struct, frozen=True):
    """An event as PostgreSQL numbered it. `key` names the committed row it tells of."""

    key: str
    type: str
    data: Any


class Stand(Struct, frozen=True):
    """The answer to a subscription. `since` is the offset asked from; `snapshot` the keys of the rows that
    were loaded after it, None when none was.
    """

    offset: int
    recovered: bool
    epoch: str
    since: int | None = None
    snapshot: frozenset[str] | None = None


class Got(Struct, frozen=True):
    """An event as it arrived."""

    offset: int
    type: str
    data: Any


Record = Stand | Got


class Breach(Struct, frozen=True):
    """A promise that did not hold."""

    kind: str
    who: str
    topic: str
    detail: str


class Place:
    """One subscriber in one topic: where it must stand, and what it was told since the last look."""

    def __init__(self, who: str, topic: str, *, entitled: bool = True) -> None:
        self.who, self.topic, self.entitled = who, topic, entitled
        self.records: list[Record] = []
        self.offset: int | None = None
        self.epoch = ""
        self.delivered = 0

    def check(self, truth: Mapping[int, Told]) -> list[Breach]:
        """Go through what was told since the last look; at its end the subscriber must have everything."""
        found: list[Breach] = []
        records, self.records = self.records, []
        for record in records:
            found += self._stand(record, truth) if isinstance(record, Stand) else self._event(record, truth)
        last = max(truth, default=0)
        if self.entitled and self.offset is not None and self.offset < last:
            found.append(self._breach(LOST, f"stands at {self.offset}, committed are {last}"))
            self.offset = last
        return found

    def _stand(self, stand: Stand, truth: Mapping[int, Told]) -> Iterable[Breach]:
        if not self.entitled:
            return [self._breach(LEAKED, "was let in")]
        before, epoch = self.offset, self.epoch
        self.offset, self.epoch = stand.offset, stand.epoch
        if before is None:
            return []
        if epoch != stand.epoch:
            return [self._breach(DISORDER, f"the epoch went from {epoch} to {stand.epoch}")]
        if stand.recovered:
            return self._resumed(before, stand)
        return self._loaded(before, stand, truth)

    def _resumed(self, before: int, stand: Stand) -> Iterable[Breach]:
        if stand.offset != stand.since:
            yield self._breach(PARTIAL, f"asked from {stand.since}, recovered from {stand.offset}")
        if stand.offset != before:
            yield self._breach(LOST, f"stood at {before}, goes on from {stand.offset}")

    def _loaded(self, before: int, stand: Stand, truth: Mapping[int, Told]) -> Iterable[Breach]:
        if stand.offset < before:
            yield self._breach(DISORDER, f"offsets went back from {before} to {stand.offset}")
        skipped = {offset for offset in range(before + 1, stand.offset + 1)}
        known = stand.snapshot or frozenset()
        for offset in sorted(skipped):
            if (told := truth.get(offset)) is None or told.key not in known:
                yield self._breach(LOST, f"{offset} neither told nor in the snapshot")

    def _event(self, got: Got, truth: Mapping[int, Told]) -> Iterable[Breach]:
        self.delivered += 1
        if not self.entitled:
            return [self._breach(LEAKED, f"was told {got.offset}")]
        if self.offset is None:
            return [self._breach(DISORDER, f"was told {got.offset} before an answer")]
        if got.offset <= self.offset:
            return [self._breach(DOUBLED, f"was told {got.offset}, stood at {self.offset}")]
        before, self.offset = self.offset, got.offset
        if got.offset != before + 1:
            return [self._breach(LOST, f"was told {got.offset} after {before}")]
        return self._content(got, truth.get(got.offset))

    def _content(self, got: Got, told: Told | None) -> Iterable[Breach]:
        if told is None:
            return [self._breach(CHANGED, f"{got.offset} was never committed")]
        if (got.type, got.data) != (told.type, told.data):
            return [self._breach(CHANGED, f"{got.offset} is not what was committed")]
        return []

    def _breach(self, kind: str, detail: str) -> Breach:
        return Breach(kind, self.who, self.topic, detail)


class Written(Struct, frozen=True):
    """A committed row that an event must tell of: the `number`th that `writer` wrote to the topic."""

    key: str
    topic: str
    writer: str
    number: int


def check_truth(
    topic: str, truth: Mapping[int, Told], rows: Iterable[Written], known: Iterable[str]
) -> list[Breach]:
    """Each committed row has one event, each event a committed row; a writer's events keep its order."""
    place: dict[str, int] = {}
    found: list[Breach] = []
    committed = set(known)
    for offset, told in sorted(truth.items()):
        if told.key in place:
            found.append(Breach(DOUBLED, "outbox", topic, f"{told.key} is {place[told.key]} and {offset}"))
        if told.key not in committed:
            found.append(Breach(CHANGED, "outbox", topic, f"{offset} tells of what was rolled back"))
        place[told.key] = offset
    last: dict[str, Written] = {}
    for row in sorted(rows, key=lambda row: row.number):
        if row.key not in place:
            found.append(Breach(LOST, "outbox", topic, f"{row.key} of {row.writer} has no event"))
            continue
        before = last.get(row.writer)
        if before and place[before.key] > place[row.key]:
            found.append(
                Breach(DISORDER, "outbox", topic, f"{row.writer}: {row.number} before {before.number}")
            )
        last[row.writer] = row
    return found
