"""A trader stopped and started again signals exactly what it would have signalled."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from caerus_client.spool import Spool

from strategies.fib_rsi import FibRsiParams
from tests.client.fakehub import until
from tests.workers.traders import BARS, GOLD, contents, trader, uninterrupted
from workers.source import Sample
from workers.trader import Config


@pytest.mark.parametrize("every", [1, 37, 400])
async def test_a_restarted_trader_signals_exactly_the_same(tmp_path, bars, every):
    """Stopped after every n bars and fed anew from the beginning, as a source that replays does."""
    whole = await uninterrupted(tmp_path, bars)
    kept = bars[:1900] if every == 1 else bars
    for begin in range(1680, len(kept), every):
        with Spool(tmp_path / "parts.db") as spool:
            await trader(spool).run(kept[: begin + every])
    with Spool(tmp_path / "parts.db") as spool:
        parts = contents(spool)
    assert parts == whole[: len(parts)]
    assert len(parts) == len(whole) if every > 1 else len(parts) > 3


@pytest.mark.chaos
async def test_a_killed_trader_signals_exactly_the_same(tmp_path, bars):
    whole = await uninterrupted(tmp_path, bars)
    root = Path(__file__).parents[2]
    arguments = [sys.executable, "-m", "tests.workers.trader_process", str(tmp_path / "killed.db"), str(BARS)]
    with Spool(tmp_path / "killed.db") as watched:
        for share in (0.2, 0.4, 0.6, 0.8, 1.0):
            process = await asyncio.create_subprocess_exec(*arguments, cwd=root, stdout=subprocess.DEVNULL)
            if share < 1.0:
                await until(lambda share=share: len(contents(watched)) >= share * len(whole), seconds=60)
                process.kill()
            assert await process.wait() == (-9 if share < 1.0 else 0)
        assert contents(watched) == whole


async def test_control_a_trader_without_its_checkpoint_signals_otherwise(tmp_path, bars):
    whole = await uninterrupted(tmp_path, bars)
    for begin in range(1680, len(bars), 400):
        with Spool(tmp_path / "parts.db") as spool:
            with spool.transaction() as db:
                db.execute("delete from checkpoint")
            one = trader(spool)
            one.warm(Sample().candles(begin))
            await one.run(bars[begin : begin + 400])
    with Spool(tmp_path / "parts.db") as spool:
        assert contents(spool) != whole


async def test_known_bars_change_nothing(spool, bars):
    one = trader(spool)
    await one.run(bars[:2000])
    before = contents(spool), spool.checkpoint()
    assert not (await one.step(bars[1999])).taken
    await one.run(bars[:2000])
    assert (contents(spool), spool.checkpoint()) == before


async def test_warming_from_history_is_the_same_as_stepping(tmp_path, bars):
    whole = await uninterrupted(tmp_path, bars)
    with Spool(tmp_path / "warm.db") as spool:
        one = trader(spool)
        one.warm(Sample().candles(1680))
        one.warm(Sample().candles(1000))
        await one.run(bars[1680:])
        assert contents(spool) == whole


async def test_a_checkpoint_of_another_trader_is_refused(spool, bars):
    await trader(spool).run(bars[:1700])
    with pytest.raises(ValueError, match="not of trader/1 fib_rsi/2/XAUUSD"):
        trader(spool, Config(GOLD, version="2"))
    with pytest.raises(ValueError, match="other parameters"):
        trader(spool, Config(GOLD, params=FibRsiParams(rsi_high=75.0)))
    spool.put([], b"rubbish")
    with pytest.raises(ValueError, match="damaged"):
        trader(spool)
