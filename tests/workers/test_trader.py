"""The trader: what it signals, and that a crash changes nothing of it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from caerus_client.producer import RetryPolicy
from caerus_client.spool import Spool

from strategies.fib_rsi import Cancel, FibRsi, FibRsiParams, Place
from strategies.fib_rsi import run as decide
from strategies.orders import Order, build_order
from tests.client.fakehub import PRODUCER, PRODUCER_SECRET, until
from tests.workers.traders import BARS, CONFIG, GOLD, NOW, contents, trader, uninterrupted
from workers.source import Sample
from workers.trader import Config, run
from workers.trader.signals import signal_body

NEW_YORK = ZoneInfo("America/New_York")


async def test_a_signal_is_what_the_contract_says(spool, bars):
    one = trader(spool)
    first = None
    for bar in bars:
        step = await one.step(bar)
        if step.items:
            first = step
            break
    assert first is not None
    body = msgspec.json.decode(first.items[0].body)
    payload = body["payload"]
    assert set(body) == {"instrument", "side", "time", "version", "payload"}
    assert body["instrument"] == "XAUUSD"
    assert body["time"] == datetime.fromtimestamp(first.bar.time + 3600, UTC).isoformat().replace(
        "+00:00", "Z"
    )
    assert body["version"] == f"1:{payload['setup_id']}"
    assert payload["expires_at"] == "2026-11-26T14:00:00Z"
    assert (payload["order_type"], payload["strategy"]) == ("limit", "fib_rsi")
    assert all(len(payload[name].partition(".")[2]) == 2 for name in ("entry", "stop", "target"))
    entry, stop, target = (float(payload[name]) for name in ("entry", "stop", "target"))
    sign = 1 if body["side"] == "buy" else -1
    assert sign * (entry - stop) > 0
    assert sign * (target - entry) / (sign * (entry - stop)) == pytest.approx(3.25, abs=0.02)
    assert {"rsi", "roc_24"} <= set(payload["features"])
    assert first.ids == tuple(item.id for item in spool.pending())


async def test_nothing_is_decided_before_the_strategy_is_warm(spool, bars):
    one = trader(spool)
    await one.run(bars[:1680])
    assert (spool.checkpoint(), contents(spool), one.engine.is_warm) == (None, [], True)


async def test_it_signals_what_the_strategy_decides(tmp_path):
    """Without hours, fills and supersession within a bar there is nothing between the strategy and the spool."""
    candles = Sample().candles(BARS)
    config = Config(
        GOLD, keep_hours=False, params=FibRsiParams(release_setup_on_close=False), spread_points=0.0
    )
    put = await uninterrupted(tmp_path, candles, config)
    wanted = [each for each in decide(candles, config.params, symbol=GOLD) if isinstance(each, Place)]
    decided = {place.setup.order_id for place in wanted}
    posted = [key for kind, key, _ in put if kind == "signal"]
    assert len(posted) == len(set(posted)) > 20
    assert set(posted) <= decided
    bars_of = [place.setup.time for place in wanted]
    lonely = {place.setup.order_id for place in wanted if bars_of.count(place.setup.time) == 1}
    assert lonely <= set(posted)


async def test_identities_are_unique_and_cancels_follow_their_signals(tmp_path, bars):
    put = await uninterrupted(tmp_path, bars)
    bodies = [msgspec.json.decode(body) for kind, _, body in put if kind == "signal"]
    identities = {(body["instrument"], body["time"], body["version"]) for body in bodies}
    assert len(identities) == len(bodies) > 20
    seen, cancelled = set(), 0
    for kind, key, body in put:
        if kind == "signal":
            seen.add(key)
        else:
            assert key in seen
            assert msgspec.json.decode(body) == {"reason": "New Setup"}
            cancelled += 1
    assert cancelled > 5


async def test_a_filled_signal_is_not_cancelled(tmp_path, bars):
    with Spool(tmp_path / "s.db") as spool:
        one = trader(spool)
        filled: set[str] = set()
        for bar in bars:
            step = await one.step(bar)
            filled |= set(one.book.positions)
            assert not {item.key for item in step.items if item.kind == "cancel"} & filled
        assert filled


async def test_a_closed_market_posts_nothing_and_loses_nothing(spool):
    """What a bar that closes with the market would have led to is found again by the next scan."""
    one, withheld, found_again = trader(spool), set(), []
    for bar in Sample(seed=8).candles(BARS):
        closed = datetime.fromtimestamp(bar.time + 3600, NEW_YORK).hour == 17
        would = FibRsi.restore(one.engine.snapshot(), GOLD).on_bar(bar) if closed else []
        step = await one.step(bar)
        assert not (closed and step.items)
        found_again += [
            i.key for i in step.items if i.kind == "signal" and i.key.partition("@")[0] in withheld
        ]
        withheld = {each.setup.id for each in would if isinstance(each, Place)}
    assert len(found_again) == 3


async def test_a_setup_superseded_in_its_own_bar_is_never_sent(spool):
    one, superseded = trader(spool), 0
    for bar in Sample(seed=3).candles(BARS):
        would = FibRsi.restore(one.engine.snapshot(), GOLD).on_bar(bar)
        keys = [item.key for item in (await one.step(bar)).items]
        assert len(keys) == len(set(keys))
        superseded += len(
            {e.order_id for e in would if isinstance(e, Cancel)}
            & {e.setup.order_id for e in would if isinstance(e, Place)}
        )
    assert superseded == 1


async def test_a_closed_trade_releases_its_side(tmp_path, bars):
    released = await uninterrupted(tmp_path, bars)
    held = Config(GOLD, params=FibRsiParams(release_setup_on_close=False))
    (tmp_path / "held").mkdir()
    kept = await uninterrupted(tmp_path / "held", bars, held)
    assert len(released) > len(kept)


def test_forming_bars_are_refused():
    with pytest.raises(ValueError, match="closed bars only"):
        Config(GOLD, params=FibRsiParams(evaluate_forming_bar=True))


def test_a_long_version_is_trimmed():
    place = next(each for each in decide(Sample().candles(BARS), symbol=GOLD) if isinstance(each, Place))
    order = build_order(place.setup, place.setup.entry, place.setup.entry, GOLD, FibRsiParams())
    assert isinstance(order, Order)
    body = signal_body(place.setup, order, GOLD, strategy="s", version="v" * 200, expires_at=NOW)
    assert body["version"] == "v" * 128
    naked = replace(order, stop=None)
    with pytest.raises(ValueError, match="no stop"):
        signal_body(place.setup, naked, GOLD, strategy="s", version="1", expires_at=NOW)


async def test_the_process_delivers_everything_through_an_outage(hub, tmp_path, bars):
    hub.down = True
    outcomes = []
    options = {
        "hub": hub.url,
        "producer_id": PRODUCER,
        "secret": PRODUCER_SECRET,
        "spool": tmp_path / "s.db",
        "retry": RetryPolicy(delay=0.002, cap=0.01),
        "on_outcome": lambda item, verdict, _: outcomes.append((item.kind, verdict.outcome)),
        "now": lambda: datetime.now(UTC),
    }
    task = asyncio.create_task(run(CONFIG, bars, **options))
    await until(lambda: len(outcomes) > 10)
    hub.down = False
    await asyncio.wait_for(task, 30)
    whole = await uninterrupted(tmp_path, bars)
    wanted = {msgspec.json.decode(body)["version"] for kind, _, body in whole if kind == "signal"}
    assert set(hub.posts) == wanted
    cancelled = [each for each in hub.signals.values() if each["status"] == "cancelled"]
    assert len(cancelled) == sum(kind == "cancel" for kind, _, _ in whole)


async def test_pacing_waits_between_bars_once_warm(spool, bars):
    one = trader(spool)
    one.warm(Sample().candles(1680))
    began = asyncio.get_running_loop().time()
    await one.run(bars[:1690], pace=0.01)
    took = asyncio.get_running_loop().time() - began
    assert took >= 0.1
