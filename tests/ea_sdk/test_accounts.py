"""Orders that are bound to accounts, and a terminal that is logged in to another one than before."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.client.fakehub import FakeHub
from tests.ea_sdk.journals import read, written
from tests.ea_sdk.terminals import Terminal
from tests.hubs import until
from tests.workers.commands import buy, cancel, facts

HERE = {"server": "shim-DEMO", "login": "7001"}
OTHER = {"server": "Shim-Demo", "login": "7002"}


@contextmanager
def elsewhere(terminal: Terminal) -> Iterator[dict[str, str]]:
    """Logged in to another account, which has books of its own."""
    books, kept = terminal.folder / "broker.txt", terminal.folder / "kept.txt"
    if books.exists():
        books.rename(kept)
    yield {"SHIM_LOGIN": "7002"}
    books.unlink()
    if kept.exists():
        kept.rename(books)


async def polled(fake: FakeHub, times: int = 10) -> None:
    """Until the terminal has asked so many times more."""
    first = len(fake.calls)
    await until(lambda: len(fake.calls) > first + times, seconds=20)


@pytest.mark.parametrize(
    "bound",
    [{}, {"accounts": None}, {"accounts": []}, {"accounts": [HERE]}, {"accounts": [OTHER, HERE]}],
    ids=str,
)
async def test_an_order_for_this_account_or_for_none_is_placed(
    fake: FakeHub, terminal: Terminal, bound: dict[str, Any]
) -> None:
    sent = fake.command(buy(**bound))
    async with terminal.running():
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
    [begun] = [record for record in read(journal(terminal)) if record["r"] == "begin"]
    assert (begun["login"], begun["server"]) == ("7001", "Shim-Demo")


@pytest.mark.parametrize(
    "account",
    [
        OTHER,
        {"server": "Shim-Real", "login": "7001"},
        {"server": "Shim-Demo", "login": "70010"},
        HERE | {"login": "07001"},
    ],
    ids=str,
)
async def test_an_order_for_another_account_is_refused_and_was_never_begun(
    fake: FakeHub, terminal: Terminal, account: dict[str, str]
) -> None:
    fake.ack_faults.extend([500] * 1000)
    sent = fake.command(buy(accounts=[account]))
    async with terminal.running() as process:
        await terminal.says(f"{sent} refused")
        process.kill()
    fake.ack_faults.clear()
    # nothing of it was begun, so nothing is to be recovered: it is told what it was
    async with terminal.running():
        await until(lambda: fake.statuses(sent) == ["refused"], seconds=20)
    [said] = facts(fake, sent)
    assert (
        said["error"]
        == "account: the terminal is logged in to 7001 at Shim-Demo, the order is for another account"
    )
    assert terminal.placed() == 0
    assert {record["r"] for record in read(journal(terminal))} == {"start", "done", "sent"}


async def test_what_was_begun_on_another_account_is_neither_placed_nor_proven_absent(
    fake: FakeHub, terminal: Terminal
) -> None:
    begun = fake.command(buy())
    await terminal.dies(SHIM_TRADE="die-before")
    lost = fake.command(buy())
    async with terminal.running(SHIM_TRADE="lost", EA_SettleSeconds="600"):
        await until(lambda: fake.statuses(lost) == ["unknown"], seconds=20)
    taken = fake.command(cancel(lost))
    with elsewhere(terminal) as there:
        async with terminal.running(**there):
            new = fake.command(buy())
            await until(lambda: fake.statuses(new) == ["placed"], seconds=20)
            await polled(fake)
        assert terminal.placed() == 1
        assert (fake.statuses(begun), fake.statuses(lost), fake.statuses(taken)) == ([], ["unknown"], [])
    async with terminal.running():
        await until(lambda: fake.statuses(begun) == ["placed"], seconds=20)
        await until(lambda: fake.statuses(lost) == ["unknown", "failed"], seconds=20)
        await until(lambda: fake.statuses(taken) == ["refused"], seconds=20)
    assert terminal.placed() == 1


async def test_an_order_that_waits_on_another_account_is_not_called_missing(
    fake: FakeHub, terminal: Terminal
) -> None:
    opened = fake.command(buy())
    async with terminal.running():
        await until(lambda: fake.statuses(opened) == ["placed"], seconds=20)
    taken = fake.command(cancel(opened))
    with elsewhere(terminal) as there:
        async with terminal.running(**there):
            await polled(fake)
        assert fake.statuses(taken) == []
    async with terminal.running():
        await until(lambda: fake.statuses(taken) == ["closed"], seconds=20)
    assert terminal.books("order") == []


async def test_a_recovery_judges_the_account_anew(fake: FakeHub, terminal: Terminal) -> None:
    """A journal of before accounts were written down."""
    sent = fake.command(buy(accounts=[HERE]))
    await terminal.dies(SHIM_TRADE="die-before")
    file = journal(terminal)
    old = [
        {name: value for name, value in record.items() if name not in ("login", "server")}
        for record in read(file)
    ]
    file.write_bytes(written(old))
    with elsewhere(terminal) as there:
        async with terminal.running(**there):
            await until(lambda: fake.statuses(sent) == ["refused"], seconds=20)
        assert terminal.placed() == 0
    assert facts(fake, sent)[0]["error"].startswith("account: the terminal is logged in to 7002")


def journal(terminal: Terminal) -> Path:
    [file] = terminal.folder.glob("*.journal")
    return file
