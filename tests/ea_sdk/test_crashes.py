"""The EA killed around its one irrevocable act, or left without an answer; each with its control."""

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.client.fakehub import FakeHub
from tests.ea_sdk.build import compiled
from tests.ea_sdk.terminals import Terminal
from tests.hubs import until
from tests.workers.commands import buy, cancel, close, facts

MARKET = {"order_type": "market"}


def lost(terminal: Terminal) -> None:
    [journal] = terminal.folder.glob("*.journal")
    journal.unlink()


@pytest.mark.chaos
@pytest.mark.parametrize("kind", [{}, MARKET], ids=["pending", "market"])
@pytest.mark.parametrize("moment", ["die-before", "die-after"])
async def test_killed_around_the_order_it_is_placed_exactly_once(
    fake: FakeHub, terminal: Terminal, moment: str, kind: dict[str, str]
) -> None:
    """Before: the broker proves that there is no order. After: it shows the order. Either way there is one."""
    sent = fake.command(buy(**kind))
    await terminal.dies(SHIM_TRADE=moment)
    assert (terminal.placed(), fake.acks) == (0 if moment == "die-before" else 1, [])
    async with terminal.running():
        await until(lambda: fake.statuses(sent) != [], seconds=20)
    assert terminal.placed() == 1
    assert set(fake.statuses(sent)) == {"placed"}


@pytest.mark.chaos
@pytest.mark.parametrize("kind", [{}, MARKET], ids=["pending", "market"])
async def test_a_broker_that_drops_comments_shows_the_order_by_its_magic_number(
    fake: FakeHub, terminal: Terminal, kind: dict[str, str]
) -> None:
    sent = fake.command(buy(**kind))
    await terminal.dies(SHIM_TRADE="die-after", SHIM_NO_COMMENTS="1")
    async with terminal.running(SHIM_NO_COMMENTS="1"):
        await until(lambda: fake.statuses(sent) != [], seconds=20)
    assert terminal.placed() == 1
    assert set(fake.statuses(sent)) == {"placed"}


@pytest.mark.chaos
@pytest.mark.parametrize("kind", [{}, MARKET], ids=["pending", "market"])
async def test_without_the_journal_the_order_is_found_in_the_books(
    fake: FakeHub, terminal: Terminal, kind: dict[str, str]
) -> None:
    """The journal may be lost, or another terminal of the device may have been quicker."""
    sent = fake.command(buy(**kind))
    await terminal.dies(SHIM_TRADE="die-after")
    lost(terminal)
    async with terminal.running():
        await until(lambda: fake.statuses(sent) != [], seconds=20)
    assert (terminal.placed(), fake.statuses(sent)[0]) == (1, "placed")


@pytest.mark.chaos
async def test_control_without_journal_mark_and_comment_the_order_is_placed_twice(
    fake: FakeHub, terminal: Terminal
) -> None:
    sent = fake.command(buy())
    await terminal.dies(SHIM_TRADE="die-after", SHIM_NO_COMMENTS="1")
    lost(terminal)
    async with terminal.running(EA_Magic="7"):
        await until(lambda: fake.statuses(sent) != [], seconds=20)
    assert terminal.placed() == 2


@pytest.mark.chaos
async def test_killed_with_a_history_that_does_not_reach_back_it_is_unknown_and_nothing_is_sent(
    fake: FakeHub, terminal: Terminal
) -> None:
    sent = fake.command(buy())
    await terminal.dies(SHIM_TRADE="die-before")
    (terminal.folder / "broker.txt").unlink()
    async with terminal.running(SHIM_HISTORY_SECONDS="-3600"):
        await until(lambda: fake.statuses(sent) != [], seconds=20)
        first = len(fake.calls)
        await until(lambda: len(fake.calls) > first + 5, seconds=20)
    assert fake.statuses(sent) == ["unknown"]
    assert terminal.placed() == 0


@pytest.mark.chaos
async def test_an_interrupted_order_whose_consent_ended_meanwhile_is_refused(
    fake: FakeHub, terminal: Terminal
) -> None:
    # what takes long is done before the clock runs
    compiled("reference")
    ends = datetime.now().astimezone() + timedelta(seconds=10)
    sent = fake.command(buy(bounds={"valid_until": ends.isoformat()}))
    await terminal.dies(SHIM_TRADE="die-before")
    assert datetime.now().astimezone() < ends
    await until(lambda: datetime.now().astimezone() > ends + timedelta(seconds=1), seconds=20)
    async with terminal.running():
        await until(lambda: fake.statuses(sent) != [], seconds=20)
    assert facts(fake, sent)[0]["error"].startswith("valid_until")
    assert terminal.placed() == 0


async def test_an_order_without_an_answer_that_turns_up_is_placed(fake: FakeHub, terminal: Terminal) -> None:
    sent = fake.command(buy())
    async with terminal.running(SHIM_TRADE="late"):
        await until(lambda: "placed" in fake.statuses(sent), seconds=20)
    assert fake.statuses(sent) == ["unknown", "placed"]
    assert terminal.placed() == 1


async def test_an_order_without_an_answer_is_not_sent_again(fake: FakeHub, terminal: Terminal) -> None:
    """Once its absence is proven it has failed; the hub may command anew, under another id."""
    sent = fake.command(buy())
    async with terminal.running(SHIM_TRADE="lost"):
        await until(lambda: len(fake.statuses(sent)) == 2, seconds=20)
    assert fake.statuses(sent) == ["unknown", "failed"]
    assert terminal.placed() == 0


async def test_its_absence_is_not_believed_before_it_had_time_to_turn_up(
    fake: FakeHub, terminal: Terminal
) -> None:
    sent = fake.command(buy())
    async with terminal.running(SHIM_TRADE="lost", EA_SettleSeconds="600"):
        await until(lambda: fake.statuses(sent) != [], seconds=20)
        first = len(fake.calls)
        await until(lambda: len(fake.calls) > first + 10, seconds=20)
    assert fake.statuses(sent) == ["unknown"]


async def test_two_looks_with_time_between_are_a_proof(fake: FakeHub, terminal: Terminal) -> None:
    sent = fake.command(buy())
    async with terminal.running(SHIM_TRADE="lost", EA_SettleSeconds="2"):
        await until(lambda: len(fake.statuses(sent)) == 2, seconds=20)
    unknown, failed = (datetime.fromisoformat(ack["at"]) for ack in fake.acks)
    assert failed - unknown >= timedelta(seconds=3)


async def test_a_cut_between_the_looks_begins_the_proof_anew(fake: FakeHub, terminal: Terminal) -> None:
    sent = fake.command(buy())
    async with terminal.running(SHIM_TRADE="lost", EA_SettleSeconds="2"):
        await until(lambda: fake.statuses(sent) == ["unknown"], seconds=20)
        begun = datetime.fromisoformat(fake.acks[0]["at"]).replace(tzinfo=None)
        await until(lambda: datetime.utcnow() > begun + timedelta(seconds=2.5))
        terminal.market(2000.0, 2000.2, connected=0)
        await terminal.says("safe mode: nothing is opened: the terminal is not connected")
        await until(lambda: datetime.utcnow() > begun + timedelta(seconds=4))
        assert fake.statuses(sent) == ["unknown"]
        terminal.market(2000.0, 2000.2, connected=1)
        await until(lambda: fake.statuses(sent) == ["unknown", "failed"], seconds=20)
    # a second after the terminal was connected again, at T + 4, by a clock that counts whole seconds; else it were T + 3
    assert datetime.fromisoformat(fake.acks[1]["at"]).replace(tzinfo=None) >= begun + timedelta(seconds=4)


async def test_a_close_without_an_answer_is_settled(fake: FakeHub, terminal: Terminal) -> None:
    opened = fake.command(buy(**MARKET))
    async with terminal.running():
        await until(lambda: fake.statuses(opened) != [], seconds=20)
    ticket = facts(fake, opened)[0]["broker_ticket"]
    for fault, ends in (("lost", ["unknown", "closed"]), ("late", ["unknown", "closed"])):
        sent = fake.command(close(ticket) | {"server": "Shim-Demo", "login": "7001"})
        async with terminal.running(SHIM_TRADE=fault):
            await until(lambda sent=sent: "closed" in fake.statuses(sent), seconds=20)
        # the second finds nothing to close, and says so at once
        assert fake.statuses(sent) == (ends if fault == "lost" else ["closed"])
    assert len(terminal.books("deal")) == 3


@pytest.mark.chaos
async def test_acknowledgements_outlive_a_kill(fake: FakeHub, terminal: Terminal) -> None:
    sent = fake.command(buy())
    fake.ack_faults.extend([500] * 1000)
    async with terminal.running() as process:
        await until(lambda: terminal.placed() == 1, seconds=20)
        process.kill()
    assert fake.acks == []
    fake.ack_faults.clear()
    async with terminal.running():
        await until(lambda: fake.acks != [], seconds=20)
    assert fake.statuses(sent) == ["placed"]
    assert terminal.placed() == 1


async def test_a_damaged_journal_stops_opening_and_the_command_waits(
    fake: FakeHub, terminal: Terminal
) -> None:
    first = fake.command(buy())
    async with terminal.running():
        await until(lambda: fake.statuses(first) != [], seconds=20)
    [journal] = terminal.folder.glob("*.journal")
    raw = bytearray(journal.read_bytes())
    raw[len(raw) // 2] ^= 1
    journal.write_bytes(bytes(raw))
    second = fake.command(buy())
    async with terminal.running():
        await terminal.says("safe mode: nothing is opened: the journal is damaged")
        first_calls = len(fake.calls)
        await until(lambda: len(fake.calls) > first_calls + 5, seconds=20)
    assert fake.statuses(second) == []
    assert terminal.placed() == 1


async def test_two_eas_of_one_device_do_not_share_a_journal(fake: FakeHub, terminal: Terminal) -> None:
    sent = fake.command(buy())
    async with terminal.running():
        await until(lambda: fake.statuses(sent) != [], seconds=20)
        second = await asyncio.create_subprocess_exec(
            compiled("reference"), env=terminal.environment(), stdout=asyncio.subprocess.PIPE
        )
        said, _ = await asyncio.wait_for(second.communicate(), 20)
    assert second.returncode == 3
    assert b"on another chart" in said


@pytest.mark.chaos
async def test_an_interrupted_order_that_was_taken_back_meanwhile_is_not_left_standing(
    fake: FakeHub, terminal: Terminal
) -> None:
    """The cancel waits until the order's fate is settled, then takes it back."""
    opened = fake.command(buy())
    await terminal.dies(SHIM_TRADE="die-before")
    taken = fake.command(cancel(opened))
    async with terminal.running(EA_SettleSeconds="2"):
        await until(lambda: "closed" in fake.statuses(opened), seconds=20)
    assert terminal.books("order") == []
    assert fake.statuses(taken) == ["closed"]


async def test_a_command_whose_cancel_came_first_is_never_placed(fake: FakeHub, terminal: Terminal) -> None:
    late = "01989f3e-9a11-7222-9333-44445555aaaa"
    taken = fake.command(cancel(late))
    async with terminal.running():
        await until(lambda: fake.statuses(taken) == ["refused"], seconds=20)
        fake.command(buy(), late)
        await until(lambda: fake.statuses(late) == ["refused"], seconds=20)
    assert terminal.placed() == 0


@pytest.mark.chaos
async def test_after_a_restart_nothing_is_decided_by_a_clock_that_the_hub_has_not_put_right(
    fake: FakeHub, terminal: Terminal
) -> None:
    """The machine's clock is ten minutes slow, the consent ended a minute ago: the order must not be placed."""
    compiled("reference")
    ends = datetime.now().astimezone() + timedelta(seconds=10)
    sent = fake.command(buy(bounds={"valid_until": ends.isoformat()}))
    await terminal.dies(SHIM_TRADE="die-before")
    assert datetime.now().astimezone() < ends
    await until(lambda: datetime.now().astimezone() > ends + timedelta(seconds=1), seconds=20)
    fake.down = True
    async with terminal.running(SHIM_CLOCK_SECONDS="-600"):
        await terminal.says("safe mode: nothing is opened: waiting for the hub's first answer")
        fake.down = False
        await until(lambda: fake.statuses(sent) != [], seconds=20)
    assert facts(fake, sent)[0]["error"].startswith("valid_until")
    assert terminal.placed() == 0


async def test_a_terminal_without_its_broker_concludes_nothing(fake: FakeHub, terminal: Terminal) -> None:
    terminal.market(2000.0, 2000.2, connected=0)
    sent = fake.command(buy())
    async with terminal.running():
        await terminal.says("safe mode: nothing is opened: the terminal is not connected")
        assert fake.statuses(sent) == []
        terminal.market(2000.0, 2000.2, connected=1)
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)


async def test_algorithmic_trading_switched_off_opens_nothing(fake: FakeHub, terminal: Terminal) -> None:
    terminal.market(2000.0, 2000.2, algo=0)
    sent = fake.command(buy())
    async with terminal.running():
        await terminal.says("safe mode: nothing is opened: algorithmic trading is switched off")
        terminal.market(2000.0, 2000.2, algo=1)
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
