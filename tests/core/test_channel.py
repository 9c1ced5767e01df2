"""A channel is written by one pump at a time, and nothing that comes meanwhile is left."""

from collections.abc import Sequence

from hub.core.bus import Published
from hub.core.channel import Channel


class Listening:
    """What a listener got, in the order it came."""

    encoding = None

    def __init__(self) -> None:
        self.offsets: list[int] = []

    def deliver(self, events: Sequence[Published], frames: bytes) -> None:
        self.offsets += [event.offset for event in events]

    def lost(self) -> None:
        raise AssertionError("nothing is missing")


def event(offset: int) -> Published:
    return Published("t", offset, b"{}")


async def test_who_offers_before_the_pump_has_begun_does_not_start_another() -> None:
    channel, listening = Channel("t"), Listening()
    channel.join(listening)
    assert channel.offer([event(1)]) is True
    assert channel.offer([event(2)]) is False
    await channel.pump()
    assert listening.offsets == [1, 2]
    assert channel.offer([event(3)]) is True
    await channel.pump()
    assert listening.offsets == [1, 2, 3] and channel.backlog == 0
