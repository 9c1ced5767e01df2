"""The EA killed around its one irrevocable act, and started again."""

import asyncio
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from caerus_client.ledger import Ledger

from tests.client.fakehub import DEVICE, DEVICE_SECRET_SHOWN, until
from tests.workers.commands import GOLD, buy, facts
from tests.workers.test_terminal import bar, order
from workers.simulator import Terminal, run


async def run_and_die(hub, folder, moment) -> int:
    root = Path(__file__).parents[2]
    arguments = [sys.executable, "-m", "tests.workers.ea_process", hub.url, str(folder), moment]
    process = await asyncio.create_subprocess_exec(*arguments, cwd=root, stdout=subprocess.DEVNULL)
    return await process.wait()


def placed(folder) -> int:
    terminal = Terminal(GOLD, path=folder / "terminal.db")
    count = len(terminal.trades())
    terminal.close()
    return count


@pytest.mark.chaos
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_killed_around_the_order_it_is_placed_exactly_once(hub, tmp_path, moment):
    """Before: the terminal proves that there is no order. After: it shows the order. Either way there is one."""
    sent = hub.command(buy())
    assert await run_and_die(hub, tmp_path, moment) == -9
    assert (placed(tmp_path), hub.acks) == (0 if moment == "before" else 1, [])
    assert await run_and_die(hub, tmp_path, "never") == 0
    assert placed(tmp_path) == 1
    assert facts(hub, sent) == [{"status": "placed", "broker_ticket": "1"}]


@pytest.mark.chaos
async def test_killed_and_with_nothing_to_prove_it_by_the_command_is_unknown(hub, tmp_path):
    sent = hub.command(buy())
    assert await run_and_die(hub, tmp_path, "forgetful after") == -9
    assert await run_and_die(hub, tmp_path, "forgetful never") == 0
    (told,) = facts(hub, sent)
    assert told["status"] == "unknown"
    with Ledger(tmp_path / "ea.db") as ledger:
        assert ledger.state(sent) == "unknown"
    assert await run_and_die(hub, tmp_path, "forgetful never") == 0
    assert len(hub.acks) == 1


@pytest.mark.chaos
async def test_control_without_the_ledger_the_order_is_placed_twice(hub, tmp_path):
    hub.command(buy())
    assert await run_and_die(hub, tmp_path, "careless after") == -9
    assert await run_and_die(hub, tmp_path, "careless never") == 0
    assert placed(tmp_path) == 2


async def test_an_unknown_order_that_turns_up_is_told(hub, ea, tmp_path, terminal):
    sent = hub.command(buy())
    (sealed,) = (await ea.client.poll()).commands
    with Ledger(tmp_path / "old.db", now=lambda: datetime(2000, 1, 1, tzinfo=UTC)) as ea.ledger:
        ea.ledger.begin(sent, ea.client.open(sealed))
        await ea.pump()
        assert hub.statuses(sent) == ["unknown"]
        terminal.place(order(), sent)
        await ea.pump(bar(11, 1995.0, low=1989.0))
    assert hub.statuses(sent) == ["unknown", "placed", "placed"]


async def test_the_process_serves_until_it_is_stopped_and_goes_on_after(hub, tmp_path):
    options = {"hub": hub.url, "device_id": DEVICE, "secret": DEVICE_SECRET_SHOWN, "folder": tmp_path / "ea"}
    sent = hub.command(buy())
    bars = [bar(hour) for hour in range(10, 13)]
    task = asyncio.create_task(run(GOLD, bars, **options, pace=0.01, poll_seconds=5))
    await until(lambda: hub.statuses(sent) == ["placed"])
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    falling = [*bars, *(bar(hour, 1995.0, low=1979.0) for hour in range(13, 20))]
    task = asyncio.create_task(run(GOLD, falling, **options, pace=0.01, poll_seconds=5))
    await until(lambda: hub.statuses(sent)[-1] == "closed")
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    # a process stopped before it noted the hub's answer tells again, word for word
    told = {tuple(sorted(ack.items())): ack["status"] for ack in hub.acks}
    assert list(told.values()) == ["placed", "placed", "closed"]
