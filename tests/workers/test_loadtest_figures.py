"""The load test's figures: honest about stalls, about itself, and about what makes a run a failure."""

import asyncio
import time

import msgspec
import pytest
from hdrh.histogram import HdrHistogram

from tests.workers.loadtests import Stalls, served
from workers.loadtest.address import Address
from workers.loadtest.cost import Cost, Meter
from workers.loadtest.identities import BadIdentities, Device, Identities
from workers.loadtest.outcome import Outcome
from workers.loadtest.page import page
from workers.loadtest.recorder import Recorder
from workers.loadtest.wire import Pool, load, paced, request

GET = request("GET", "/", "here", {})


async def test_a_stall_is_in_the_figures_of_everything_that_was_due_meanwhile():
    """One request of 200 takes a second; at 100 a second, 100 others were due in that second."""
    async with served(Stalls(at=50, seconds=1)) as url:
        intended_late, sent_late = await _late(url, Recorder("intended"), Recorder("sent"))
    assert intended_late.percentile(99) > 900
    assert intended_late.percentile(75) > 200
    assert sent_late.percentile(75) < intended_late.percentile(75) / 2  # the control: blind to the stall


async def _late(url: str, intended_late: Recorder, sent_late: Recorder) -> tuple[Recorder, Recorder]:
    pool = Pool(Address.of(url), most=1)

    async def send(number: int, intended: float) -> None:
        began = time.perf_counter()
        answer = await pool.send(GET)
        intended_late.record(intended, answer.at)
        sent_late.record(began, answer.at)

    await paced(100, 200, send, connections=1)
    pool.close()
    return intended_late, sent_late


async def test_load_counts_a_stall_from_the_intended_time_too():
    async with served(Stalls(at=50, seconds=1)) as url:
        open_loop = await load(url, [GET] * 200, connections=1, rate=100)
    assert open_loop.statuses == {200: 200}
    assert open_loop.percentile(0.75) > 200


def test_a_recorder_has_the_percentiles_of_what_it_was_given():
    recorder = Recorder("r", began=0.0)
    for number in range(1, 1001):
        recorder.record(10.0 + number / 1000, 10.0 + number / 1000 * 2)
    stage = recorder.stage()
    assert stage.count == 1000
    assert (stage.p50, stage.p99, stage.max) == (
        pytest.approx(500, rel=0.01),
        pytest.approx(990, rel=0.01),
        pytest.approx(1000, rel=0.01),
    )
    assert [(each.at, each.count) for each in stage.seconds] == [(10, 499), (11, 500), (12, 1)]
    decoded = HdrHistogram.decode(stage.encoded.encode())
    assert decoded.get_total_count() == 1000


def test_seconds_without_anything_are_there():
    recorder = Recorder("r", began=0.0)
    recorder.record(1.0, 1.5)
    recorder.record(4.0, 4.5)
    assert [(each.at, each.count) for each in recorder.stage().seconds] == [(1, 1), (2, 0), (3, 0), (4, 1)]


async def test_a_generator_that_is_out_of_breath_says_so():
    meter = Meter()
    measuring = asyncio.ensure_future(meter.run())
    for _ in range(5):
        await asyncio.sleep(0)
        time.sleep(0.1)
        await asyncio.sleep(0.015)
    measuring.cancel()
    cost = meter.cost()
    assert cost.lag_p99_ms > 50
    assert "The generator was the bottleneck" in outcome(generator=cost).warning
    assert "The generator was the bottleneck" in page(outcome(generator=cost))
    assert cost.warning(smallest_p99_ms=cost.lag_p99_ms * 10) == ""  # it shows in nothing then
    assert "92% of a core" in Cost(0.92, 0.1, 1.0, 9.0).warning(smallest_p99_ms=100)
    assert outcome().warning == ""


def outcome(**changed) -> Outcome:
    recorder = Recorder("signal to <socket>", began=0.0)
    for number in range(400):
        recorder.record(number / 100, number / 100 + 0.02)
    made = Outcome(
        scenario="fanout",
        target="http://127.0.0.1:1",
        began="2026-11-24T00:00:00Z",
        seconds=4.0,
        options={"sockets": 4},
        expected=400,
        delivered=400,
        lost=0,
        doubled=0,
        errors={},
        stages=[recorder.stage()],
        facts={},
        generator=Cost(0.1, 0.1, 1.0, 2.0),
    )
    return msgspec.structs.replace(made, **changed)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"lost": 1}, "1 of 400 were lost."),
        ({"doubled": 2}, "2 came twice."),
        ({"errors": {"HTTP 503 instead of 201": 3}}, "3 times: HTTP 503 instead of 201."),
        ({"max_p99_ms": 10.0}, "signal to <socket>: p99 20.0 ms is over 10 ms."),
    ],
)
def test_what_makes_a_run_a_failure(changed, fault):
    assert outcome(max_p99_ms=30.0).faults == []
    assert outcome(**changed).faults == [fault]


def test_the_page_stands_alone_and_says_what_was_found():
    text = page(outcome(lost=1))
    assert text.count("<svg") == 3
    assert "signal to &lt;socket&gt;" in text
    assert "<socket>" not in text
    assert "1 of 400 were lost." in text
    assert "src=" not in text
    assert "href=" not in text
    assert "1 of 400" not in page(outcome())


def known(**changed) -> Identities:
    made = Identities(["t"], [Device("d", "s")], "p", "secret", "c", time.time() + 60)
    return msgspec.structs.replace(made, **changed)


def test_identities_are_for_their_owner_alone(tmp_path):
    file = tmp_path / "who.json"
    file.touch(mode=0o644)
    known().write(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert Identities.read(file).tokens == ["t"]
    file.chmod(0o640)
    with pytest.raises(BadIdentities, match="others may read it"):
        Identities.read(file)


def test_identities_that_are_over_are_refused(tmp_path):
    file = tmp_path / "who.json"
    known(expires_at=time.time() - 1).write(file)
    with pytest.raises(BadIdentities, match="are over"):
        Identities.read(file)


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://hub", "http://hub/api"])
def test_a_target_that_is_no_hub_is_refused(url):
    with pytest.raises(ValueError, match="not an address of a hub"):
        Address.of(url)
