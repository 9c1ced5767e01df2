"""Writing to many at once: over real sockets, with descriptors that change hands in the middle of it."""

import socket
from collections.abc import Iterator

import pytest

from hub.core import channel as channels
from hub.core.bus import Published
from hub.core.channel import Channel
from hub.core.stream import direct
from hub.core.stream.frames import PLAIN, event_frames
from hub.core.stream.subscription import Subscription


class Line:
    """Both ends of a connection; what the kernel does not take is kept, as a transport keeps it."""

    def __init__(self) -> None:
        ours, self.theirs = socket.socketpair()
        ours.setblocking(False)
        self.theirs.setblocking(False)
        self.ours, self.descriptor = ours, ours.fileno()
        self.kept = b""
        self.losses = 0
        direct.allow(self.descriptor)
        self.subscription = Subscription(PLAIN, self, self._lose)

    def _lose(self) -> None:
        self.losses += 1

    def write(self, frames: bytes) -> None:
        self.kept += frames
        direct.refuse(self.descriptor)

    def read(self) -> bytes:
        try:
            return self.theirs.recv(1 << 22)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        direct.refuse(self.descriptor)
        self.ours.close()
        self.theirs.close()


@pytest.fixture
def lines() -> Iterator[list[Line]]:
    made: list[Line] = []
    yield made
    for line in made:
        line.close()


def event(offset: int, size: int = 20) -> Published:
    return Published("t", offset, b'{"offset":%d,"x":"%s"}' % (offset, b"x" * size))


def frames(*events: Published) -> bytes:
    return event_frames(events, PLAIN)


def listen(channel: Channel, lines: list[Line], count: int) -> None:
    """`count` more, all of them live at offset 0."""
    for _ in range(count):
        lines.append(Line())
        channel.join(lines[-1].subscription)
        lines[-1].subscription.go_live(0, [])


async def publish(channel: Channel, *events: Published) -> None:
    assert channel.offer(events)
    await channel.pump()


def in_step(channel: Channel) -> int:
    return sum(len(group.audience) for group in channel._groups.values())


async def test_whoever_got_one_event_is_written_to_together_from_then_on(lines: list[Line]) -> None:
    channel = Channel("t")
    listen(channel, lines, 5)
    await publish(channel, event(1))
    assert in_step(channel) == len(channel) == 5
    assert all(line.kept == frames(event(1)) for line in lines)  # one by one, by way of their outlets
    for line in lines:
        line.kept = b""
        direct.allow(line.descriptor)
    await publish(channel, event(2), event(3))
    assert [line.read() for line in lines] == [frames(event(2), event(3))] * 5
    assert not any(line.kept for line in lines)


async def test_whoever_leaves_gets_nothing_more_and_the_others_everything(lines: list[Line]) -> None:
    channel = Channel("t")
    listen(channel, lines, 6)
    await publish(channel, event(1))
    for line in lines:
        direct.allow(line.descriptor)
    for gone in (lines[0], lines[3], lines[5]):
        channel.leave(gone.subscription)
    await publish(channel, event(2))
    await publish(channel, event(3))
    got = [line.read() for line in lines]
    assert [bool(each) for each in got] == [False, True, True, False, True, False]
    assert got[1] == frames(event(2)) + frames(event(3))
    assert len(channel) == 3


async def test_a_descriptor_that_changes_hands_during_a_fan_out_gets_nothing_of_it(
    lines: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first slice is written; then a member of the second goes, and a stranger gets its descriptor."""
    monkeypatch.setattr(channels, "SLICE", 4)
    channel = Channel("t")
    listen(channel, lines, 8)
    await publish(channel, event(1))
    for line in lines:
        direct.allow(line.descriptor)
    reused, strangers = lines[6].descriptor, []

    async def change_hands(_: float) -> None:
        if not strangers:
            channel.leave(lines[6].subscription)
            lines[6].close()
            strangers.append(Line())
            direct.allow(reused)

    monkeypatch.setattr(channels.asyncio, "sleep", change_hands)
    await publish(channel, event(2))
    monkeypatch.undo()
    lines += strangers
    assert [bool(line.read()) for line in lines[:6] + lines[7:8]] == [True] * 7
    ends = [strangers[0].ours, strangers[0].theirs]
    assert reused in [end.fileno() for end in ends]
    for end in ends:
        with pytest.raises(BlockingIOError):
            end.recv(1)


async def test_what_the_kernel_does_not_take_goes_on_in_order(lines: list[Line]) -> None:
    channel = Channel("t")
    listen(channel, lines, 2)
    await publish(channel, event(1))
    sent = b""
    for line in lines:
        line.kept = b""
        direct.allow(line.descriptor)
    for offset in range(2, 30):
        await publish(channel, event(offset, size=60_000))
        sent += frames(event(offset, size=60_000))
    for line in lines:
        assert line.kept, "the kernel took everything: nothing was tested"
        got = b""
        while more := line.read():
            got += more
        assert got + line.kept == sent


async def test_after_a_fan_out_that_broke_everybody_must_resume(
    lines: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = Channel("t")
    listen(channel, lines, 3)
    await publish(channel, event(1))
    for line in lines:
        direct.allow(line.descriptor)
    with monkeypatch.context() as broken:
        broken.setattr(direct, "send", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await publish(channel, event(2))
    await publish(channel, event(3))
    assert [line.losses for line in lines] == [1, 1, 1]


async def test_a_refused_or_closed_descriptor_is_left_to_its_outlet(lines: list[Line]) -> None:
    channel = Channel("t")
    listen(channel, lines, 3)
    await publish(channel, event(1))
    for line in lines:
        line.kept = b""
        direct.allow(line.descriptor)
    direct.refuse(lines[0].descriptor)
    lines[1].theirs.close()
    await publish(channel, event(2))
    assert [line.kept for line in lines] == [frames(event(2)), frames(event(2)), b""]
    assert lines[0].read() == b"" and lines[2].read() == frames(event(2))
