"""A channel is written by one pump at a time, and nothing that comes meanwhile is left; what is missing is noticed."""

from collections.abc import Sequence

import pytest

from hub.core.bus import Published
from hub.core.channel import Channel


class Listening:
    """What a listener got, in the order it came."""

    encoding = None

    def __init__(self) -> None:
        self.offsets: list[int] = []
        self.losses = 0

    def deliver(self, events: Sequence[Published], frames: bytes) -> None:
        self.offsets += [event.offset for event in events]

    def lost(self) -> None:
        self.losses += 1


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
    assert listening.losses == 0


@pytest.mark.parametrize("batches", [[[1], [3]], [[1], [2, 4]], [[1, 3]], [[1], [2, 3, 5, 6]]])
async def test_a_gap_is_seen_wherever_it_is(batches: list[list[int]]) -> None:
    channel, listening = Channel("t"), Listening()
    channel.join(listening)
    for batch in batches:
        if channel.offer([event(offset) for offset in batch]):
            await channel.pump()
    assert listening.losses == 1
    assert listening.offsets in ([], [1]) and channel.backlog == 0


async def test_after_a_loss_what_was_had_before_may_come_again() -> None:
    """Redis lost its last moments, and got them anew: who came after that has not had them."""
    channel, before, after = Channel("t"), Listening(), Listening()
    channel.join(before)
    assert channel.offer([event(1), event(2)])
    await channel.pump()
    channel.lose()
    channel.join(after)
    assert channel.offer([event(2)])
    await channel.pump()
    assert (before.losses, after.offsets) == (1, [2])
