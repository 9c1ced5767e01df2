"""What the trader counts, against what it logged, queued and posted."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import msgspec
import pytest
import structlog
from caerus_client.producer import ProducerClient, RetryPolicy
from caerus_client.spool import Spool, cancel
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from strategies.candles import Candles
from strategies.fib_rsi import FibRsiParams, Place
from strategies.fib_rsi import run as decide
from strategies.hours import spans
from tests.client.fakehub import PRODUCER, PRODUCER_SECRET, FakeHub, until
from tests.client.test_producer import post
from tests.metrics import here, moved
from tests.workers.test_source_files import DATA
from tests.workers.traders import CONFIG, contents, trader
from workers.source import Sample, fetch
from workers.trader import metrics, run
from workers.trader.trader import ORDER_SIDES

GOLD_FILE = DATA / "XAUUSD_H1_ejtrader_2012-2022_utc.csv.gz"
BARS = 6000
WARM_UP = CONFIG.params.main_bars
FAST = RetryPolicy(max_retries=1, delay=0.002, cap=0.004)
NAMES = [
    "strategy_signals_total",
    "strategy_eval_seconds",
    "market_closed_decisions_total",
    "orders_built_total",
    "orders_rejected_total",
    "signals_posted_total",
    "signals_post_seconds",
    "retries_total",
    "alerts_sent_total",
    "runtime_loop_seconds",
    "signal_publish_total",
    "candles_fetched_total",
    "fetch_duration_seconds",
]


@pytest.fixture
def decisions() -> Iterator[list]:
    """What the trader logs of its decisions."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    with capture_logs() as told:
        yield told
    structlog.configure(**before)


@pytest.fixture(scope="module")
def gold() -> Candles:
    return fetch(GOLD_FILE, CONFIG.symbol)[:BARS]


def sides(rows) -> Counter:
    """Signals in a spool, by side."""
    return Counter(msgspec.json.decode(body)["side"] for kind, _, body in rows if kind == "signal")


def counted_logs(decisions) -> Counter:
    return Counter((each["outcome"], each["kind"]) for each in decisions if each["event"] == "decision")


async def trade(hub: FakeHub, path, bars, config=CONFIG, **options) -> None:
    await run(config, bars, hub=hub.url, producer_id=PRODUCER, secret=PRODUCER_SECRET, spool=path, **options)


async def test_a_replay_of_real_bars_moves_each_metric_by_what_happened(hub, tmp_path, gold, decisions):
    before = here()
    await trade(hub, tmp_path / "s.db", gold, retry=FAST)
    found, logged = moved(before, *NAMES), counted_logs(decisions)
    with Spool(tmp_path / "s.db") as spool:
        queued = contents(spool)
    posted = sum(sides(queued).values())
    assert logged["place", "place"] > posted > 200, "some setups are superseded in their own bar"
    assert sum(found[f"strategy_signals_total{{side={side}}}"] for side in ("buy", "sell")) == (
        logged["place", "place"] + logged["rejected", "place"]
    )
    assert {key: value for key, value in found.items() if "strategy_signals" not in key} == {
        "strategy_eval_seconds_count": BARS - WARM_UP,
        "runtime_loop_seconds_count": BARS - WARM_UP,
        "market_closed_decisions_total": logged["market_closed", "place"] + logged["market_closed", "cancel"],
        "orders_built_total": logged["place", "place"],
        "orders_rejected_total{reason=stop_side}": logged["rejected", "place"],
        "signals_posted_total{code=201,result=stored}": posted,
        "signals_post_seconds_count": posted,
        "signal_publish_total{route=api}": posted,
    }
    assert len(hub.signals) == posted
    assert (logged["rejected", "place"], logged["market_closed", "place"]) == (2, 4)


async def test_the_same_bars_once_more_move_nothing(hub, tmp_path, gold):
    await trade(hub, tmp_path / "s.db", gold[:3000])
    before = here()
    await trade(hub, tmp_path / "s.db", gold[:3000])
    again = ("strategy_eval", "runtime_loop")  # of bars since the last checkpoint
    known = {key: by for key, by in moved(before, *NAMES).items() if not key.startswith(again)}
    assert known == {}


async def test_sides_are_those_the_strategy_decides(spool):
    """Without hours and releases the trader decides what the strategy does on its own."""
    params = FibRsiParams(release_setup_on_close=False)
    candles = Sample().candles(2600)
    placed = [each for each in decide(candles, params, symbol=CONFIG.symbol) if isinstance(each, Place)]
    wanted = Counter(ORDER_SIDES[place.setup.side] for place in placed)
    before = here()
    await trader(spool, replace(CONFIG, keep_hours=False, params=params)).run(candles)
    assert moved(before, "strategy_signals_total") == {
        f"strategy_signals_total{{side={side}}}": wanted[side] for side in ("buy", "sell")
    }
    assert min(wanted.values()) > 5


async def test_a_blocked_hour_withholds_what_the_open_market_would_have_sent(tmp_path, bars):
    """All day long, so every decision is one that was withheld."""
    config = replace(CONFIG, blocked=spans("00:00-12:00; 12:00-24:00"))
    before = here()
    with Spool(tmp_path / "blocked.db") as spool:
        await trader(spool, config).run(bars)
        assert contents(spool) == []
    found = moved(before, *NAMES)
    assert found.pop("runtime_loop_seconds_count") == len(bars) - WARM_UP
    assert found.keys() == {"market_closed_decisions_total", "strategy_eval_seconds_count"}
    assert found["market_closed_decisions_total"] > 20
    assert found["strategy_eval_seconds_count"] == len(bars) - WARM_UP


@asynccontextmanager
async def draining(hub, spool, **options):
    """A client that counts as the trader's does; one item at a time, so that faults meet known items."""
    async with ProducerClient(
        hub.url,
        PRODUCER,
        PRODUCER_SECRET,
        spool,
        concurrency=1,
        retry=FAST,
        on_outcome=metrics.counted(options.pop("on_outcome", None)),
        on_alert=options.pop("on_alert", None),
    ) as client:
        task = asyncio.create_task(client.run())
        try:
            yield client
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.mark.parametrize(
    ("faults", "wanted"),
    [
        ([], {"signals_posted_total{code=201,result=stored}": 1, "signal_publish_total{route=api}": 1}),
        (
            [503],
            {
                "signals_posted_total{code=503,result=failed}": 1,
                "signals_posted_total{code=201,result=stored}": 1,
                "signal_publish_total{route=api}": 1,
                "retries_total{operation=post_signal}": 1,
            },
        ),
        (
            ["drop"],
            {
                "signals_posted_total{code=none,result=failed}": 1,
                "signals_posted_total{code=409,result=duplicate}": 1,
                "signal_publish_total{route=api}": 1,
                "retries_total{operation=post_signal}": 1,
            },
        ),
        ([422], {"signals_posted_total{code=422,result=refused}": 1}),
        (
            [500, 500, 429],
            {
                "signals_posted_total{code=500,result=failed}": 2,
                "signals_posted_total{code=429,result=failed}": 1,
                "signals_posted_total{code=201,result=stored}": 1,
                "signal_publish_total{route=api}": 1,
                "retries_total{operation=post_signal}": 3,
            },
        ),
    ],
)
async def test_each_attempt_is_counted_once(hub, spool, faults, wanted):
    hub.faults.extend(faults)
    spool.put([post(1)])
    before = here()
    async with draining(hub, spool) as client:
        await client.settled()
    found = moved(before, *NAMES)
    attempts = found.pop("signals_post_seconds_count")
    assert found == wanted
    assert attempts == len(hub.calls)


async def test_cancels_are_not_signals_but_their_retries_count(hub, spool):
    spool.put([post(1)])
    async with draining(hub, spool) as client:
        await client.settled()
        hub.faults.append(503)
        before = here()
        spool.put([cancel("setup-1", "New Setup")])
        client.wake()
        await client.settled()
    assert moved(before, *NAMES) == {"retries_total{operation=cancel_signal}": 1}


async def test_a_retry_after_a_restart_is_a_retry(hub, tmp_path):
    """The failure was the process's before; the attempt that repeats it is this one's."""
    with Spool(tmp_path / "s.db") as spool:
        spool.put([post(1)])
        hub.down = True
        async with draining(hub, spool) as client:
            await until(lambda: client.counters.retries >= 1)
    hub.down = False
    before = here()
    with Spool(tmp_path / "s.db") as spool:
        async with draining(hub, spool) as client:
            await client.settled()
    assert moved(before, "retries_total") == {"retries_total{operation=post_signal}": 1}


async def test_an_alert_that_fails_keeps_no_outcome_from_being_passed_on(hub, spool):
    async def broken(alert):
        raise RuntimeError("no telegram")

    outcomes = []
    hub.faults.append(422)
    spool.put([post(1), post(2)])
    before = here()
    async with draining(
        hub, spool, on_alert=broken, on_outcome=lambda item, verdict, _: outcomes.append(verdict.code)
    ) as client:
        await client.settled()
    assert "alerts_sent_total" not in moved(before, *NAMES)
    assert outcomes == [422, 201]


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_has_the_name_that_was_agreed(name):
    assert f"\n# HELP {name} " in generate_latest().decode()


def test_what_has_not_happened_yet_is_0_and_not_absent():
    known = here()
    for key in (
        "strategy_signals_total{side=buy}",
        "strategy_signals_total{side=sell}",
        "orders_rejected_total{reason=reward_to_risk}",
        "retries_total{operation=post_signal}",
        "retries_total{operation=cancel_signal}",
        "signal_publish_total{route=api}",
    ):
        assert key in known
