"""The trader's decision log: every bar decided on is told, and whatever fails there costs no signal."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from caerus_client.decisions import DecisionClient, DecisionFile
from caerus_client.producer import RetryPolicy
from caerus_client.spool import Spool

from hub.research.decisions.models import Batch
from strategies.fib_rsi import FibRsi, Place
from tests.client.fakehub import PRODUCER, PRODUCER_SECRET, until
from tests.workers.traders import BARS, CONFIG, GOLD, contents, trader, uninterrupted
from workers.source import Sample
from workers.trader import Trader, run
from workers.trader.decisions import body
from workers.trader.run import beside

FAST = RetryPolicy(delay=0.002, cap=0.01)
DECIDED = BARS - CONFIG.params.main_bars


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caerus_client.decisions.PAUSE_SECONDS", 0.0)


def client(hub: Any, file: DecisionFile, **options: Any) -> DecisionClient:
    return DecisionClient(hub.url, PRODUCER, PRODUCER_SECRET, file, retry=FAST, **options)


def trading(hub: Any, path: Any, bars: Any, flush_seconds: float = 10.0) -> Any:
    """The whole trader."""
    return run(
        CONFIG,
        bars,
        hub=hub.url,
        producer_id=PRODUCER,
        secret=PRODUCER_SECRET,
        spool=path,
        retry=FAST,
        now=lambda: datetime.now(UTC),
        flush_seconds=flush_seconds,
    )


async def wanted(tmp_path: Any, bars: Any) -> set[str]:
    whole = await uninterrupted(tmp_path, bars)
    return {msgspec.json.decode(body)["version"] for kind, _, body in whole if kind == "signal"}


async def test_every_bar_that_is_decided_on_is_told_as_the_hub_takes_it(hub, tmp_path, bars):
    await trading(hub, tmp_path / "s.db", bars)
    decided = msgspec.convert({"items": hub.decisions[:500]}, Batch, strict=False).items
    assert decided[0].features.keys() >= {"rsi", "roc_24", "close"}
    assert decided[0].thresholds["rsi_low"] == 40.0
    assert len({item["bar_time"] for item in hub.decisions}) == len(hub.decisions) == DECIDED
    told = {item["outcome"] for item in hub.decisions}
    assert told >= {"placed", "none", "withheld"}
    notes = " ".join(item["note"] for item in hub.decisions if item["outcome"] == "placed")
    assert all(version.partition(":")[2] in notes for version in hub.posts)


async def test_stopped_and_started_again_it_tells_the_same_of_each_bar(tmp_path, bars):
    told: list[dict[str, Any]] = []
    for end in (1900, 2200, BARS):
        with Spool(tmp_path / "parts.db") as spool:
            one = Trader(
                CONFIG, spool, now=lambda: datetime(2026, 11, 22, tzinfo=UTC), on_decision=told.append
            )
            await one.run(bars[:end])
    by_bar: dict[str, set[str]] = {}
    for each in told:
        by_bar.setdefault(each["bar_time"], set()).add(each["outcome"])
    assert len(by_bar) == DECIDED and all(len(outcomes) == 1 for outcomes in by_bar.values())


@pytest.mark.parametrize("fault", [404, 429, 500, "cut", "hang", 422])
async def test_a_hub_that_takes_no_decisions_gets_every_signal(hub, tmp_path, bars, fault):
    hub.decisions_down = fault
    await asyncio.wait_for(trading(hub, tmp_path / "s.db", bars, 0.1), 60)
    assert set(hub.posts) == await wanted(tmp_path, bars)
    assert hub.decisions == []


async def test_what_was_not_taken_is_sent_by_the_next_trader(hub, tmp_path, bars):
    hub.decisions_down = 503
    await trading(hub, tmp_path / "s.db", bars, 0.1)
    assert hub.decisions == []
    hub.decisions_down = None
    await trading(hub, tmp_path / "s.db", [])
    assert len({item["bar_time"] for item in hub.decisions}) == DECIDED


def broken(_: dict[str, Any]) -> None:
    raise RuntimeError("the log is on fire")


async def test_a_log_that_raises_costs_no_signal(spool, tmp_path, bars):
    one = Trader(CONFIG, spool, now=trader(spool)._now, on_decision=broken)
    await one.run(bars)
    assert contents(spool) == await uninterrupted(tmp_path, bars)


async def test_control_without_the_guard_a_log_that_raises_stops_the_trader(spool, bars, monkeypatch):
    def unguarded(on_decision, *facts):
        on_decision(body(*facts))

    monkeypatch.setattr("workers.trader.trader.tell", unguarded)
    one = Trader(CONFIG, spool, now=trader(spool)._now, on_decision=broken)
    with pytest.raises(RuntimeError, match="on fire"):
        await one.run(bars)


def test_the_features_of_a_bar_are_those_of_a_setup_found_on_it():
    engine, compared = FibRsi(GOLD), 0
    for bar in Sample().candles(BARS):
        for decision in engine.on_bar(bar):
            if isinstance(decision, Place):
                assert engine.features() == decision.setup.features
                compared += 1
    assert compared > 20


async def test_a_file_that_is_no_database_costs_no_signal(hub, tmp_path, bars):
    beside(tmp_path / "s.db").write_bytes(b"nonsense" * 1000)
    await trading(hub, tmp_path / "s.db", bars)
    assert set(hub.posts) == await wanted(tmp_path, bars)
    assert len(hub.decisions) == DECIDED


async def test_a_disk_that_fails_is_tried_again(hub, tmp_path):
    failing = 3

    class Failing(DecisionFile):
        def put(self, bodies, most=10):
            nonlocal failing
            failing -= 1
            if failing >= 0:
                raise OSError("no space left")
            return super().put(bodies, most)

    with Failing(tmp_path / "d.db") as file:
        async with client(hub, file) as one, asyncio.TaskGroup() as group:
            running = group.create_task(one.run())
            one.add({"n": 1})
            one.add({"n": 2})
            assert await one.flushed(10)
            running.cancel()
    assert hub.decisions == [{"n": 1}, {"n": 2}]


async def test_one_that_the_hub_never_takes_is_left_out_and_the_rest_arrive(hub, tmp_path):
    with DecisionFile(tmp_path / "d.db") as file:
        async with client(hub, file) as one, asyncio.TaskGroup() as group:
            for n in range(40):
                one.add({"n": n, "poison": n == 17})
            one.add({"n": object()})
            running = group.create_task(one.run())
            assert await one.flushed(10)
            running.cancel()
        assert one.counters.lost == 2
    assert [item["n"] for item in hub.decisions] == [n for n in range(40) if n != 17]


def test_a_full_file_keeps_the_newest(tmp_path):
    with DecisionFile(tmp_path / "d.db") as file:
        assert file.put([b"%d" % n for n in range(8)], most=10) == 0
        assert file.put([b"%d" % n for n in range(8, 13)], most=10) == 3
        assert [body for _, body in file.oldest(100)] == [b"%d" % n for n in range(3, 13)]


async def test_what_is_cut_off_in_flight_is_sent_again(hub, tmp_path):
    hub.decision_answers.append("hang")
    with DecisionFile(tmp_path / "d.db") as file:
        async with client(hub, file) as one:
            running = asyncio.get_running_loop().create_task(one.run())
            one.add({"n": 1})
            await until(lambda: not hub.decision_answers)
            one.add({"n": 2})
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        async with client(hub, file) as one, asyncio.TaskGroup() as group:
            running = group.create_task(one.run())
            assert await one.flushed(10)
            running.cancel()
    assert hub.decisions == [{"n": 1}, {"n": 2}]
