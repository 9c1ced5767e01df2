"""Closing orders: whose mark they carry, what they do when the price runs, and the equity floor."""

import hashlib
import time
from collections.abc import Callable

import pytest

from tests.client.fakehub import FakeHub
from tests.ea_sdk.terminals import Terminal
from tests.hubs import until
from tests.workers.commands import buy, close, facts

HERE = {"server": "Shim-Demo", "login": "7001"}
MARKET = {"order_type": "market"}


async def bought(fake: FakeHub, terminal: Terminal) -> str:
    """A position's ticket."""
    sent = fake.command(buy(**MARKET))
    async with terminal.running():
        await until(lambda: len(fake.statuses(sent)) == 2, seconds=20)
    return str(facts(fake, sent)[0]["broker_ticket"])


def mark(command: str, magic: int = 20260) -> int:
    """The magic number of a command's order."""
    return magic << 48 | int.from_bytes(hashlib.sha256(command.encode()).digest()[:6], "big")


async def test_a_closing_order_carries_the_mark_of_its_position_and_no_other_orders(
    fake: FakeHub, terminal: Terminal
) -> None:
    """The other one got no answer and is nowhere: by a closing order with its mark it would be taken for filled and closed."""
    ticket = await bought(fake, terminal)
    lost = fake.command(buy(**MARKET))
    async with terminal.running(SHIM_TRADE="lost", EA_SettleSeconds="2"):
        await until(lambda: fake.statuses(lost) == ["unknown"], seconds=20)
        closed = fake.command(close(ticket) | HERE)
        await until(lambda: fake.statuses(closed) == ["closed"], seconds=20)
        await until(lambda: len(fake.statuses(lost)) == 2, seconds=20)
    [opening] = [order for order in terminal.books("past") if order["ticket"] == ticket]
    assert [order["magic"] for order in terminal.closing()] == [opening["magic"]]
    assert fake.statuses(lost) == ["unknown", "failed"]


async def test_a_closing_order_says_nothing_of_the_order_whose_mark_it_carries(
    fake: FakeHub, terminal: Terminal
) -> None:
    """Such orders are in the books of whoever ran this EA before it knew better."""
    ticket = await bought(fake, terminal)
    sent = fake.command(buy())
    await terminal.dies(SHIM_TRADE="die-before")
    now = int(time.time()) + 7200
    with (terminal.folder / "broker.txt").open("a") as books:
        books.write(f"past 900 {ticket} 1 4 {mark(sent)} 0 {now} 0.1 2000 0 0 -\n")
    async with terminal.running():
        await until(lambda: fake.statuses(sent) != [], seconds=20)
    assert fake.statuses(sent) == ["placed"]
    assert [order["magic"] for order in terminal.books("order")] == [str(mark(sent))]


@pytest.mark.parametrize(
    ("faults", "orders"),
    [
        ({"SHIM_CLOSE": "requote,price-off,requote"}, 1),
        ({"SHIM_CLOSE": "part,requote,part"}, 3),
        ({"SHIM_CLOSE": "moved*"}, 1),
        ({"SHIM_FILLING": "1"}, 1),
        ({"SHIM_FILLING": "2"}, 1),
    ],
    ids=str,
)
async def test_a_close_gets_through_in_a_fast_market(
    fake: FakeHub, terminal: Terminal, faults: dict[str, str], orders: int
) -> None:
    ticket = await bought(fake, terminal)
    sent = fake.command(close(ticket) | HERE)
    async with terminal.running(**faults):
        await until(lambda: fake.statuses(sent) != [], seconds=20)
    assert fake.statuses(sent) == ["closed"]
    assert terminal.books("position") == []
    lots = [float(order["volume"]) for order in terminal.closing()]
    assert (len(lots), round(sum(lots), 8)) == (orders, 0.1)


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ({"SHIM_CLOSE": "requote*"}, "10004"),
        ({"SHIM_CLOSE": "moved*", "EA_CloseDeviationPoints": "20"}, "10004"),
        ({"SHIM_CLOSE": "market-closed"}, "10018"),
    ],
    ids=str,
)
async def test_what_the_broker_keeps_refusing_has_failed_after_a_second(
    fake: FakeHub, terminal: Terminal, faults: dict[str, str], said: str
) -> None:
    ticket = await bought(fake, terminal)
    sent = fake.command(close(ticket) | HERE)
    async with terminal.running(**faults):
        await until(lambda: fake.statuses(sent) != [], seconds=10)
    [fact] = facts(fake, sent)
    assert (fact["status"], fact["error"].split()[0]) == ("failed", said)
    assert len(terminal.books("position")) == 1


async def test_at_the_floor_what_waits_is_taken_back_too(fake: FakeHub, terminal: Terminal) -> None:
    sent, waits = fake.command(buy(**MARKET)), fake.command(buy(entry="1950.00", stop="1940.00"))
    async with terminal.running(EA_EquityFloor="9950"):
        await until(lambda: fake.statuses(sent) != [] and fake.statuses(waits) != [], seconds=20)
        assert len(terminal.books("order")) == 1
        terminal.market(1990.0, 1990.2)
        await until(lambda: terminal.books("position") == terminal.books("order") == [], seconds=20)
        await until(lambda: "closed" in fake.statuses(waits), seconds=20)


async def test_at_the_floor_what_is_refused_is_tried_ever_more_slowly(
    fake: FakeHub, terminal: Terminal
) -> None:
    """After 1, 2 and 4 seconds; ten of the terminal's pass in one."""
    await bought(fake, terminal)
    terminal.market(1990.0, 1990.2)

    def tried(times: int) -> Callable[[], bool]:
        return lambda: terminal.log().count("equity floor reached, closing") >= times

    async with terminal.running(EA_EquityFloor="9950", SHIM_CLOSE="market-closed*", SHIM_HASTE="10"):
        await until(tried(1), seconds=20)
        first = time.monotonic()
        await until(tried(4), seconds=20)
        assert time.monotonic() - first > 0.6
    assert len(terminal.books("position")) == 1


async def test_without_the_broker_nobody_knows_the_equity(fake: FakeHub, terminal: Terminal) -> None:
    await bought(fake, terminal)
    terminal.market(1990.0, 1990.2, connected=0)
    async with terminal.running(EA_EquityFloor="9950"):
        await terminal.says("safe mode: nothing is opened: the terminal is not connected")
        first = len(fake.calls)
        await until(lambda: len(fake.calls) > first + 5, seconds=20)
        assert "equity floor" not in terminal.log()
        terminal.market(1990.0, 1990.2, connected=1)
        await until(lambda: terminal.books("position") == [], seconds=20)
