"""The trader's heartbeat and its lock, with real processes and a hub that fails on request."""

import asyncio
import json
import signal
import time
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.fakehub import PRODUCER, PRODUCER_SECRET
from tests.hubs import until
from tests.metrics import here, moved
from tests.processes import start
from tests.workers.test_processes import gold, producing
from tests.workers.traders import CONFIG
from workers.source import Sample
from workers.trader import run
from workers.trader.lock import Holder, TraderRunning, held

__all__ = ["gold"]
SLOW = ("--symbol", "XAUUSD", "--pace", "0.2")
"""Bars enough for minutes."""


@asynccontextmanager
async def trading(hub, tmp_path, gold, **env):
    """`caerus trade` that was heard once and has work for minutes."""
    heard = len(hub.heartbeats)
    given = producing(hub, tmp_path) | {"CHECK_INTERVAL_SECONDS": "1"} | env
    process = await start("trade", str(gold), *SLOW, env=given)
    try:
        await until(lambda: len(hub.heartbeats) > heard or process.returncode is not None, seconds=60)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def refused(hub, tmp_path, gold) -> str:
    """What a trader that must not run says before it ends."""
    process = await start("trade", str(gold), *SLOW, env=producing(hub, tmp_path))
    said = (await asyncio.wait_for(process.communicate(), 60))[0].decode()
    assert process.returncode == 1, said
    return said


async def test_a_heartbeat_says_how_the_trader_stands_on_time(hub, tmp_path, gold):
    """Also while the hub is slow to answer: a beat that waits delays none after the next."""
    async with trading(hub, tmp_path, gold):
        began = time.monotonic()
        hub.heartbeat_answers.extend([500, "hang"])
        await until(lambda: len(hub.heartbeats) >= 6, seconds=30)
        took = time.monotonic() - began
    first, *_, last = hub.heartbeats
    assert took > 3.5, "no sooner than every second"
    assert (first["symbol"], first["strategy"], first["version"]) == ("XAUUSD", "fib_rsi", "1")
    assert (first["interval_seconds"], first["bar_time"], first["late"]) == (1, None, False)
    assert datetime.fromisoformat(last["bar_time"]) > datetime(2012, 1, 1, tzinfo=UTC)
    assert last["spool_depth"] >= 0 and not last["ended"]
    assert {each["instance_id"] for each in hub.heartbeats} == {first["instance_id"]}
    assert hub.bad_signatures == 0


async def test_a_hub_that_does_not_answer_heartbeats_stops_no_trader(hub, tmp_path):
    """Away, broken, or of a version that does not know them."""
    hub.heartbeat_answers.extend([404, "cut", 500, 503, 401])
    before = here()
    spool = tmp_path / "s.db"
    options = {"hub": hub.url, "producer_id": PRODUCER, "secret": PRODUCER_SECRET, "spool": spool}
    await run(CONFIG, Sample().candles(1900), **options)
    assert hub.signals and moved(before, "heartbeat_failures_total")["heartbeat_failures_total"] >= 1


async def test_a_second_trader_on_a_spool_says_who_has_it(hub, tmp_path, gold):
    async with trading(hub, tmp_path, gold) as first:
        instance = hub.heartbeats[0]["instance_id"]
        said = await refused(hub, tmp_path, gold)
        said = said.splitlines()[-1]
        assert said.startswith("Another trader works on this spool: ")
        assert f"process {first.pid} on " in said and instance in said
        assert first.returncode is None


async def test_the_lock_of_a_trader_that_was_killed_is_taken_over(hub, tmp_path, gold):
    async with trading(hub, tmp_path, gold) as first:
        first.kill()
        assert await first.wait() == -9
    async with trading(hub, tmp_path, gold) as second:
        assert second.returncode is None
    instances = {each["instance_id"] for each in hub.heartbeats}
    assert len(instances) == 1, "it goes on as the same one, so the hub lets it in at once"
    assert not any(each["ended"] for each in hub.heartbeats)


async def test_a_trader_that_is_stopped_says_good_bye(hub, tmp_path, gold):
    async with trading(hub, tmp_path, gold) as process:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    assert hub.heartbeats[-1]["ended"]


async def test_a_trader_that_dies_of_an_error_does_not(hub, tmp_path):
    def broken():
        yield from Sample().candles(10)
        raise LookupError("a feed that breaks")

    options = {"hub": hub.url, "producer_id": PRODUCER, "secret": PRODUCER_SECRET}
    with pytest.raises(ExceptionGroup):
        await run(CONFIG, broken(), spool=tmp_path / "s.db", **options)
    assert [each["ended"] for each in hub.heartbeats] == [False]


@pytest.mark.parametrize("beats", [0, 2])
async def test_a_trader_that_the_hub_refuses_ends_and_sends_nothing_more(hub, tmp_path, gold, beats):
    hub.heartbeat_answers.extend([503] * beats + [409])
    async with trading(hub, tmp_path, gold) as process:
        said = (await asyncio.wait_for(process.communicate(), 60))[0].decode()
    assert process.returncode == 1, said
    assert said.splitlines()[-1] == "Another trader is there: by the fake"
    assert not hub.heartbeats[-1]["ended"]
    assert beats or hub.calls == [], "nothing is sent before it is known to be alone"


def test_a_lock_is_the_files_as_long_as_the_block(tmp_path):
    with held(tmp_path / "s.db") as first:
        with pytest.raises(TraderRunning, match=str(first.instance)), held(tmp_path / "s.db"):
            raise AssertionError
        with held(tmp_path / "other.db") as other:
            assert other.instance != first.instance
    with held(tmp_path / "s.db") as second:
        assert second.instance == first.instance


@given(content=st.binary(max_size=5_000) | st.just(json.dumps({"instance": "x", "pid": 1}).encode()))
def test_a_damaged_lock_is_a_new_one(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("lock")
    (folder / "s.lock").write_bytes(content)
    with held(folder / "s.db") as holder:
        assert isinstance(holder, Holder)
    with held(folder / "s.db") as again:
        assert again.instance == holder.instance
