"""Cancels that the broker does not take at once."""

from typing import Any

import pytest

from tests.client.fakehub import FakeHub
from tests.ea_sdk.terminals import Terminal
from tests.hubs import until
from tests.workers.commands import buy, cancel, facts


async def waiting(fake: FakeHub, terminal: Terminal) -> str:
    """A command whose order waits."""
    sent = fake.command(buy())
    async with terminal.running():
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
    return sent


async def all_said(fake: FakeHub, sent: str) -> list[dict[str, Any]]:
    await until(lambda: fake.statuses(sent) != [], seconds=20)
    return facts(fake, sent)


@pytest.mark.parametrize("faults", ["frozen,market-closed", "too-many", "requote,frozen"])
async def test_a_cancel_that_is_refused_while_the_order_waits_is_tried_again(
    fake: FakeHub, terminal: Terminal, faults: str
) -> None:
    opened = await waiting(fake, terminal)
    taken = fake.command(cancel(opened))
    async with terminal.running(SHIM_DELETE=faults, SHIM_HASTE="5"):
        [said] = await all_said(fake, taken)
        await until(lambda: "closed" in fake.statuses(opened), seconds=20)
    assert (said["status"], said["close_reason"]) == ("closed", "cancelled")
    assert terminal.log().count(" was not taken back: ") == len(faults.split(","))
    assert terminal.books("order") == []


async def test_while_it_is_refused_it_is_tried_ever_more_slowly_and_survives_a_restart(
    fake: FakeHub, terminal: Terminal
) -> None:
    opened = await waiting(fake, terminal)
    taken = fake.command(cancel(opened))
    async with terminal.running(SHIM_DELETE="frozen*"):
        first = len(fake.calls)
        await until(lambda: len(fake.calls) > first + 20, seconds=20)
        assert fake.statuses(taken) == []
        assert 1 <= terminal.log().count(" was not taken back: 10029") <= 3
    async with terminal.running():
        [said] = await all_said(fake, taken)
    assert said["status"] == "closed"


async def test_an_order_that_fills_meanwhile_is_told(fake: FakeHub, terminal: Terminal) -> None:
    opened = await waiting(fake, terminal)
    taken = fake.command(cancel(opened))
    async with terminal.running(SHIM_DELETE="frozen*", SHIM_HASTE="5"):
        await terminal.says(" was not taken back: 10029")
        terminal.market(1989.5, 1989.8)
        [said] = await all_said(fake, taken)
    assert (said["status"], said["error"]) == ("refused", "the order is open already")


async def test_an_order_that_is_between_two_books_is_not_called_missing(
    fake: FakeHub, terminal: Terminal
) -> None:
    opened = await waiting(fake, terminal)
    taken = fake.command(cancel(opened))
    async with terminal.running(SHIM_BOOKED_LATE="20", EA_SettleSeconds="600"):
        [said] = await all_said(fake, taken)
    assert (said["status"], said["close_reason"]) == ("closed", "cancelled")


async def test_without_the_broker_no_order_is_called_missing(fake: FakeHub, terminal: Terminal) -> None:
    terminal.market(2000.0, 2000.2, connected=0)
    taken = fake.command(cancel("01989f3e-7c00-7abc-8def-0123456789ab"))
    async with terminal.running():
        first = len(fake.calls)
        await until(lambda: len(fake.calls) > first + 5, seconds=20)
        assert fake.statuses(taken) == []
        terminal.market(2000.0, 2000.2, connected=1)
        [said] = await all_said(fake, taken)
    assert said["status"] == "refused"


async def test_an_order_that_is_gone_for_good_is_called_missing_once_that_is_proven(
    fake: FakeHub, terminal: Terminal
) -> None:
    """The broker has dropped it from its books."""
    opened = await waiting(fake, terminal)
    books = terminal.folder / "broker.txt"
    lines = books.read_text().splitlines(keepends=True)
    books.write_text("".join(line for line in lines if not line.startswith("order ")))
    taken = fake.command(cancel(opened))
    async with terminal.running(EA_SettleSeconds="2"):
        first = len(fake.calls)
        await until(lambda: len(fake.calls) > first + 10, seconds=20)
        assert fake.statuses(taken) == []
        [said] = await all_said(fake, taken)
    assert (said["status"], said["error"]) == ("refused", "there is no such order")
