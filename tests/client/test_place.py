"""Whatever a hub sends, in whatever order: what is delivered are consecutive offsets, each once."""

from caerus_client.frames import Answer, Event, Position
from caerus_client.place import Place
from hypothesis import given
from hypothesis import strategies as st

offsets = st.integers(0, 12)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("event"), offsets),
        st.tuples(st.just("lost"), st.just(0)),
        st.tuples(st.just("answer"), offsets),
        st.tuples(st.just("recovered"), offsets),
    ),
    max_size=60,
)


class Hub:
    """Answers the place's requests; what it claims may be wrong."""

    def __init__(self) -> None:
        self.place, self.asked, self.snapshot_at = Place("t"), 0, None
        self.delivered: list[int] = []

    def ask(self) -> None:
        self.asked += 1
        since = self.place.ask(self.asked).since
        assert since == self.place.position

    def take(self, kind: str, offset: int) -> None:
        if kind == "event":
            event = Event("t", offset, "x", "t", None)
            before = self.place.position
            verdict = self.place.judge(event)
            if verdict == "deliver":
                assert before is not None and offset == before.offset + 1
                self.delivered.append(offset)
            elif verdict == "gap":
                self.ask()
        elif kind == "lost":
            self.place.lost()
            self.ask()
        else:
            told = self.place.answered(Answer(self.asked, "t", "e", offset, kind == "recovered"))
            if told and not told.recovered:
                self.delivered = []
                self.snapshot_at = offset


@given(steps)
def test_what_is_delivered_follows_the_snapshot_without_a_hole(script):
    hub = Hub()
    hub.ask()
    for kind, offset in script:
        hub.take(kind, offset)
        if hub.snapshot_at is not None:
            first = hub.snapshot_at + 1
            assert hub.delivered == list(range(first, first + len(hub.delivered)))
        else:
            assert hub.delivered == []
        if hub.place.position is not None and hub.snapshot_at is not None:
            assert hub.place.position == Position("e", hub.snapshot_at + len(hub.delivered))
