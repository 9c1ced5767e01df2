"""The engine bar by bar, the compiled batch and the rules written out give one and the same answer."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from literal import orders

from strategies.candles import Bar, Candles
from strategies.fib_rsi import Cancel, Decision, FibRsi, FibRsiParams, Place, Setup, run
from strategies.kernels.rsi import rsi
from strategies.orders import Order, build_order
from strategies.symbols import symbol

GOLD = symbol("XAUUSD")
SMALL = FibRsiParams(main_bars=60, window_size=60)


def walk(seed: int, bars: int = 260, *, coarse: bool = False) -> Candles:
    """A random walk in swings, so that the RSI crosses often; `coarse` prices make ties."""
    random = np.random.default_rng(seed)
    swing = np.repeat(random.normal(0.0, 1.2, bars // 8 + 1), 8)[:bars]
    close = 1500.0 + np.cumsum(swing + random.normal(0.0, 1.0, bars))
    close = np.round(close) if coarse else np.round(close, 2)
    reach = np.round(random.exponential(1.0, (2, bars)), 0 if coarse else 2)
    gaps = np.where(random.random(bars) < 0.03, random.integers(2, 72, bars), 1)
    return Candles(
        1_600_000_000 // 3600 * 3600 + 3600 * np.cumsum(gaps),
        np.roll(close, 1),
        close + reach[0],
        close - reach[1],
        close,
        np.ones(bars),
    )


def placed(decisions: list[Decision]) -> list[Setup]:
    return [decision.setup for decision in decisions if isinstance(decision, Place)]


def stream(engine: FibRsi, candles: Candles) -> list[Decision]:
    return [decision for bar in candles for decision in engine.on_bar(bar)]


walks = st.builds(walk, st.integers(0, 100_000), coarse=st.booleans())
flags = st.builds(lambda legacy: replace(SMALL, point2_short_uses_highest_low=legacy), st.booleans())


def test_the_walks_bring_setups_of_both_sides() -> None:
    sides = [setup.side for seed in range(30) for setup in placed(run(walk(seed), SMALL, symbol=GOLD))]
    assert sides.count("short") > 30
    assert sides.count("long") > 30


@given(walks, flags)
@settings(max_examples=60, deadline=None)
def test_the_scan_equals_the_rules_written_out(candles: Candles, params: FibRsiParams) -> None:
    ours = placed(run(candles, params, symbol=GOLD))
    theirs = list(orders(candles, rsi(candles.close), params))
    assert [(s.time, s.side, s.point1.price, s.point2.price, s.point2.time) for s in ours] == [
        (time, each.side, each.first, each.second, each.point2) for time, each in theirs
    ]
    assert [(s.point1.row, s.point2.row) for s in ours] == [(e.cross, e.completion) for _, e in theirs]


@given(walks, flags)
@settings(max_examples=60, deadline=None)
def test_bar_by_bar_equals_the_batch(candles: Candles, params: FibRsiParams) -> None:
    assert stream(FibRsi(GOLD, params), candles) == run(candles, params, symbol=GOLD)


@given(walks, st.integers(0, 259), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_a_restored_engine_goes_on_with_the_same_bits(candles: Candles, cut: int, released: int) -> None:
    engine = FibRsi(GOLD, SMALL)
    stream(engine, candles[:cut])
    engine.release("short" if released % 2 else "long")
    twin = FibRsi.restore(engine.snapshot())
    assert twin.snapshot() == engine.snapshot()
    assert stream(twin, candles[cut:]) == stream(engine, candles[cut:])
    assert twin.snapshot() == engine.snapshot()


def test_only_bars_after_the_warm_up_are_decided_on(gold: Candles) -> None:
    engine = FibRsi(GOLD)
    engine.warm(gold[:1679])
    assert not engine.is_warm
    assert engine.on_bar(gold.bar(1679)) == []
    assert engine.is_warm
    cold = FibRsi(GOLD)
    assert stream(cold, gold[:1680]) == []
    assert stream(engine, gold[1680:4000]) == stream(cold, gold[1680:4000]) != []


@pytest.mark.parametrize("late", [0, -3600])
def test_a_bar_out_of_order_is_refused(late: int) -> None:
    engine = FibRsi(GOLD, SMALL)
    engine.on_bar(Bar(7200, 1.0, 1.0, 1.0, 1.0))
    with pytest.raises(ValueError, match="does not follow"):
        engine.on_bar(Bar(7200 + late, 1.0, 1.0, 1.0, 1.0))


def first_order(params: FibRsiParams = SMALL) -> tuple[FibRsi, Candles, Setup]:
    """An engine that has just placed its first order, and the bars to come."""
    candles = walk(3, 600)
    engine = FibRsi(GOLD, params)
    for row, bar in enumerate(candles):
        made = placed(engine.on_bar(bar))
        if made:
            return engine, candles[row + 1 :], made[-1]
    raise AssertionError("the walk has no setup")


def cancelled(decisions: list[Decision]) -> list[str]:
    return [decision.order_id for decision in decisions if isinstance(decision, Cancel)]


def test_a_newer_setup_cancels_the_pending_one_before_its_own_place() -> None:
    engine, rest, setup = first_order()
    decisions = [
        each for each in stream(engine, rest) if isinstance(each, Cancel) or each.setup.side == setup.side
    ]
    cancel, place = next(pairwise(decisions))
    assert cancel == Cancel(setup.id, setup.order_id, setup.side, "New Setup")
    assert isinstance(place, Place)
    assert place.setup.point2.time > setup.point2.time


def test_a_settled_order_is_not_cancelled() -> None:
    engine, rest, setup = first_order()
    twin = FibRsi.restore(engine.snapshot())
    engine.settle(setup.order_id)
    assert setup.order_id in cancelled(stream(twin, rest))
    assert setup.order_id not in cancelled(stream(engine, rest))


@pytest.mark.parametrize("flag", [True, False])
def test_a_release_frees_the_side_as_the_flag_says(flag: bool) -> None:
    engine, rest, setup = first_order(replace(SMALL, release_setup_on_close=flag))
    engine.release(setup.side)
    midway = (setup.point1.price + setup.point2.price) / 2.0
    again = placed(engine.on_bar(Bar(rest.bar(0).time, midway, midway, midway, midway)))
    assert (setup.id in {each.id for each in again}) is flag
    assert setup.order_id not in {each.order_id for each in again}


def test_the_forming_bar_is_decided_on_and_forgotten() -> None:
    params = replace(SMALL, evaluate_forming_bar=True)
    candles = walk(3, 600)
    engine, closed = FibRsi(GOLD, params), FibRsi(GOLD, SMALL)
    for bar in candles:
        forming = engine.on_forming(bar)
        assert [replace(s, decided_at=s.time + 3600) for s in placed(forming)] == placed(closed.on_bar(bar))
        before = engine.last_time
        assert engine.on_bar(bar) == []
        assert engine.last_time == bar.time != before
    assert engine._rsi.tolist() == closed._rsi.tolist()


def test_forming_bars_need_the_flag() -> None:
    with pytest.raises(ValueError, match="evaluate_forming_bar"):
        FibRsi(GOLD, SMALL).on_forming(Bar(0, 1.0, 1.0, 1.0, 1.0))
    with pytest.raises(ValueError, match="forming"):
        run(walk(1), replace(SMALL, evaluate_forming_bar=True), symbol=GOLD)


@pytest.mark.parametrize("data", [b"{}\n", b'{"format": "fib-rsi/0", "sizes": []}\n', None])
def test_foreign_or_damaged_snapshots_are_refused(data: bytes | None) -> None:
    with pytest.raises(ValueError, match="fib-rsi/1"):
        FibRsi.restore(data or FibRsi(GOLD, SMALL).snapshot()[:-8])


def test_features_are_of_the_decision_bar(gold: Candles) -> None:
    setup = placed(run(gold[:3000], symbol=GOLD))[0]
    row = int(np.searchsorted(gold.time, setup.time))
    index = rsi(gold.close[: row + 1])
    change = (index[24:] - index[:-24]) / index[:-24]
    assert setup.features["rsi"] == index[-1]
    assert setup.features["roc_24"] == pytest.approx((gold.close[row] / gold.close[row - 24] - 1.0) * 100.0)
    names = ["rsi_roc_24", "rsi_roc_24_lag1", "rsi_roc_24_lag2", "rsi_roc_24_lag3"]
    assert [setup.features[name] for name in names] == pytest.approx(np.clip(change[-1:-5:-1], -1.0, 1.0))


def test_a_market_that_stands_still_has_no_setup() -> None:
    still = np.full(300, 1500.0)
    candles = Candles(3600 * np.arange(300), still, still, still, still, np.zeros(300))
    assert run(candles, SMALL, symbol=GOLD) == []


def test_setups_of_a_few_points_become_orders_at_the_least_distance() -> None:
    widened = 0
    for seed in range(10):
        wide = walk(seed, 600)
        prices = [np.round(1500.0 + (column - 1500.0) / 250.0, 2) for column in wide.columns()[1:5]]
        for setup in placed(run(Candles(wide.time, *prices, wide.volume), SMALL, symbol=GOLD)):
            assert setup.point1.price != setup.point2.price
            away = setup.entry + (1.0 if setup.side == "long" else -1.0)
            order = build_order(setup, away, away, GOLD, SMALL)
            assert isinstance(order, Order)
            assert order.stop is not None
            assert abs(order.entry - order.stop) >= 0.05 - 1e-9
            widened += setup.risk < 0.045
    assert widened > 10


def test_parameters_must_fit_together() -> None:
    with pytest.raises(ValueError, match="window_size"):
        FibRsiParams(window_size=20)
    with pytest.raises(ValueError, match="window_size"):
        FibRsiParams(main_bars=100)
