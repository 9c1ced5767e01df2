"""A journal that is damaged or cannot be written: nothing is opened, what is open can still be closed."""

import pytest

from tests.client.fakehub import FakeHub
from tests.ea_sdk.terminals import Terminal
from tests.hubs import until
from tests.workers.commands import buy, cancel, close, facts

HERE = {"server": "Shim-Demo", "login": "7001"}


def damage(terminal: Terminal) -> None:
    [journal] = terminal.folder.glob("*.journal")
    raw = bytearray(journal.read_bytes())
    raw[len(raw) // 2] ^= 1
    journal.write_bytes(bytes(raw))


@pytest.mark.parametrize("full", [False, True], ids=["damaged", "no room"])
async def test_closes_and_cancels_go_on(fake: FakeHub, terminal: Terminal, full: bool) -> None:
    """With room for the line that every start writes, and no more."""
    bought, waits = fake.command(buy(order_type="market")), fake.command(buy())
    async with terminal.running():
        await until(lambda: fake.statuses(bought) != [] and fake.statuses(waits) != [], seconds=20)
        await until(lambda: len(fake.statuses(bought)) == 2, seconds=20)
    ticket = facts(fake, bought)[0]["broker_ticket"]
    if not full:
        damage(terminal)
    room = {"SHIM_DISK_FULL_AFTER": "30"} if full else {}
    async with terminal.running(**room):
        closed = fake.command(close(ticket) | HERE)
        await until(lambda: fake.statuses(closed) == ["closed"], seconds=20)
        taken = fake.command(cancel(waits))
        await until(lambda: fake.statuses(taken) == ["closed"], seconds=20)
        sent = fake.command(buy())
        await terminal.says("safe mode, nothing is opened: the journal is damaged or cannot be written")
    assert (terminal.books("position"), terminal.books("order"), fake.statuses(sent)) == ([], [], [])
    assert terminal.placed() == 2


async def test_a_close_that_was_not_written_down_and_not_told_is_told_by_the_next_life(
    fake: FakeHub, terminal: Terminal
) -> None:
    bought = fake.command(buy(order_type="market"))
    async with terminal.running():
        await until(lambda: len(fake.statuses(bought)) == 2, seconds=20)
    fake.ack_faults.extend([500] * 1000)
    closed = fake.command(close(facts(fake, bought)[0]["broker_ticket"]) | HERE)
    async with terminal.running(SHIM_DISK_FULL_AFTER="30") as process:
        await until(lambda: terminal.books("position") == [], seconds=20)
        process.kill()
    fake.ack_faults.clear()
    async with terminal.running():
        await until(lambda: fake.statuses(closed) == ["closed"], seconds=20)
        await until(lambda: "closed" in fake.statuses(bought), seconds=20)
    assert len(terminal.closing()) == 1
