"""The courier that falls silent, and clocks that are put back between it and the EA."""

from pathlib import Path

import pytest

from tests.client.fakehub import FakeHub
from tests.ea_sdk.terminals import Terminal
from tests.hubs import until
from tests.workers.commands import buy

ALONE = "caerus: no mail from the courier for 45 s: the EA asks the hub itself"
BACK = "caerus: the courier brings mail again"


async def test_without_a_courier_the_ea_asks_itself_until_one_comes(
    fake: FakeHub, terminal: Terminal
) -> None:
    """Twenty seconds of the terminal's pass in one."""
    sent = fake.command(buy())
    hasty = {"EA_UseCourier": "1", "EA_SafeAfterSeconds": "600", "SHIM_HASTE": "20"}
    async with terminal.running(**hasty):
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
        later = fake.command(buy())
        await until(lambda: fake.statuses(later) == ["placed"], seconds=20)
        assert (terminal.log().count(ALONE), terminal.log().count(BACK)) == (1, 0)
        async with terminal.running("courier", EA_WaitSeconds="1"):
            await terminal.says(BACK)
            third = fake.command(buy())
            await until(lambda: fake.statuses(third) == ["placed"], seconds=20)
    assert terminal.placed() == 3


def clock(folder: Path, off: int, east: int) -> None:
    """Of the whole machine, from now on."""
    new = folder / "clock.new"
    new.write_text(f"{off} {east}\n")
    new.rename(folder / "clock.txt")


@pytest.mark.parametrize(
    ("before", "after"), [((0, 7200), (0, 3600)), ((0, 0), (-600, 0))], ids=["summer time ends", "put right"]
)
async def test_mail_comes_through_when_the_clock_is_put_back(
    fake: FakeHub, terminal: Terminal, before: tuple[int, int], after: tuple[int, int]
) -> None:
    """Sooner than the EA would ask by itself."""
    clock(terminal.folder, *before)
    first = fake.command(buy())
    async with terminal.running("courier", EA_WaitSeconds="1"), terminal.running(EA_UseCourier="1"):
        await until(lambda: fake.statuses(first) == ["placed"], seconds=20)
        clock(terminal.folder, *after)
        second = fake.command(buy())
        await until(lambda: fake.statuses(second) == ["placed"], seconds=30)
    assert ALONE not in terminal.log()


async def test_mail_of_before_the_clock_was_put_back_is_read(fake: FakeHub, terminal: Terminal) -> None:
    """Its courier has ended meanwhile."""
    clock(terminal.folder, 0, 7200)
    sent = fake.command(buy())
    async with terminal.running("courier", EA_WaitSeconds="0"):
        await until(
            lambda: any(sent in mail.read_text() for mail in terminal.folder.glob("*.mail")), seconds=20
        )
    clock(terminal.folder, 0, 3600)
    async with terminal.running(EA_UseCourier="1"):
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
    assert ALONE not in terminal.log()
