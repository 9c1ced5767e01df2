"""What must hold of the kernels on any prices: flat runs, gaps, short histories."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from indicators import BARS, INDICATORS, Column, columns, stepped

from strategies.kernels.adx import adx
from strategies.kernels.bollinger import bollinger, bollinger_state, bollinger_step
from strategies.kernels.ema import ema, ema_state, ema_step
from strategies.kernels.extremes import extreme_state, extreme_step, rolling_max, rolling_min
from strategies.kernels.fibonacci import extension, retracement, retracements
from strategies.kernels.pivots import pivot_levels, pivots
from strategies.kernels.rsi import rsi
from strategies.kernels.sma import sma, sma_state, sma_step
from strategies.kernels.smoothing import span_weight, wilder_weight
from strategies.kernels.sums import pairwise_sum

ticks = st.lists(st.integers(90_000, 90_004), min_size=1, max_size=80)
"""Few levels, so that ties, flat runs and whole flat windows come up."""
price = st.floats(0.01, 1e6)


def bars(levels: list[int], noise: int) -> dict[str, Column]:
    close = np.array(levels) * 0.01
    spread = np.random.default_rng(noise).integers(0, 3, (2, close.size)) * 0.01
    return {"close": close, "high": close + spread[0], "low": close - spread[1]}


def assert_same(mine: Column, other: Column) -> None:
    assert np.array_equal(mine, other, equal_nan=True)


@pytest.mark.parametrize("name", INDICATORS)
@given(levels=ticks, noise=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_steps_equal_batches(name: str, levels: list[int], noise: int) -> None:
    indicator = INDICATORS[name]
    inputs = [bars(levels, noise)[column] for column in indicator.inputs]
    for batch, step in zip(columns(indicator.batch(*inputs)), stepped(indicator, inputs), strict=True):
        assert_same(batch, step)


@pytest.mark.parametrize("name", [name for name in INDICATORS if name not in ("adx", "atr")])
@given(levels=ticks, noise=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_tight_markets_equal_ta(name: str, levels: list[int], noise: int) -> None:
    indicator = INDICATORS[name]
    inputs = [bars(levels, noise)[column] for column in indicator.inputs]
    peers = indicator.peer(*map(pd.Series, inputs))
    for mine, peer in zip(columns(indicator.batch(*inputs)), peers, strict=True):
        assert_same(mine, peer.to_numpy())


@pytest.mark.parametrize("name", INDICATORS)
def test_out_is_the_caller_s_own(name: str) -> None:
    indicator = INDICATORS[name]
    market = bars(list(range(90_000, 90_400)), 1)
    inputs = [market[column] for column in indicator.inputs]
    fresh = columns(indicator.batch(*inputs))
    assert all(column.shape == inputs[0].shape for column in fresh)


@pytest.mark.parametrize("bad", [np.empty(3), np.empty(4, np.float32)])
def test_out_must_fit(bad: Column) -> None:
    with pytest.raises(ValueError, match="out must be float64"):
        rsi(np.arange(4.0), out=bad)
    with pytest.raises(ValueError, match="one length"):
        adx(np.arange(4.0), np.arange(4.0), np.arange(3.0))


def test_out_is_filled_and_returned() -> None:
    close, out = np.arange(30.0), np.empty(30)
    assert rsi(close, out=out) is out
    assert_same(out, rsi(close))
    highs = (np.empty(30), np.empty(30), np.empty(30))
    assert bollinger(close, out=type(bollinger(close))(*highs)).upper is highs[1]


@given(st.lists(st.one_of(price, st.just(float("nan"))), min_size=1, max_size=60), st.integers(1, 9))
@settings(max_examples=100, deadline=None)
def test_gaps_are_treated_as_pandas_treats_them(values: list[float], window: int) -> None:
    x = np.array(values)
    series, rolling = pd.Series(x), pd.Series(x).rolling(window)
    assert_same(sma(x, window), rolling.mean().to_numpy())
    assert_same(rolling_max(x, window), rolling.max().to_numpy())
    assert_same(rolling_min(x, window), rolling.min().to_numpy())
    assert_same(ema(x, window), series.ewm(span=window, min_periods=window, adjust=False).mean().to_numpy())
    deviation = rolling.std(ddof=0)
    assert_same(bollinger(x, window).upper, (rolling.mean() + 2.0 * deviation).to_numpy())


@given(st.lists(st.one_of(price, st.just(float("nan"))), min_size=1, max_size=60), st.integers(1, 9))
@settings(max_examples=50, deadline=None)
def test_steps_with_gaps_equal_batches(values: list[float], window: int) -> None:
    x = np.array(values)
    smooth, mean, bands = ema_state(window), sma_state(window), bollinger_state(window)
    top = extreme_state(window, highest=True)
    assert_same(np.array([ema_step(smooth, value) for value in values]), ema(x, window))
    assert_same(np.array([sma_step(mean, value) for value in values]), sma(x, window))
    assert_same(np.array([extreme_step(top, value) for value in values]), rolling_max(x, window))
    assert_same(np.array([bollinger_step(bands, value) for value in values]).T[2], bollinger(x, window).lower)


@pytest.mark.parametrize("window", range(2, 301))
def test_the_weights_sum_to_one_exactly(window: int) -> None:
    for alpha in (wilder_weight(window), span_weight(window)):
        assert (1.0 - alpha) + alpha == 1.0
    com = (1.0 - 1.0 / window) / (1.0 / window)
    assert wilder_weight(window) == 1.0 / (1.0 + com)


@given(st.lists(price, min_size=0, max_size=700))
@settings(deadline=None)
def test_sums_follow_numpy(values: list[float]) -> None:
    x = np.array(values)
    assert pairwise_sum(x) == x.sum()


@given(st.lists(price, min_size=14, max_size=60))
@settings(deadline=None)
def test_rsi_stays_within_its_bounds(values: list[float]) -> None:
    known = rsi(np.array(values))[13:]
    assert np.all((known >= 0.0) & (known <= 100.0))


def test_a_flat_market_has_an_rsi_of_100() -> None:
    assert_same(rsi(np.full(20, 5.0))[13:], np.full(7, 100.0))


@given(price, price, st.floats(0, 2))
@settings(deadline=None)
def test_fibonacci_levels_follow_the_plain_formula(first: float, second: float, ratio: float) -> None:
    leg = second - first
    assert retracement(first, second, ratio) == second - ratio * leg
    assert extension(first, second, ratio) == first - ratio * leg
    level = retracements(np.array([first]), np.array([second]), ratio)
    assert level[0] == retracement(first, second, ratio)


def test_fibonacci_of_a_known_leg() -> None:
    assert retracement(100.0, 200.0, 0.382) == pytest.approx(161.8)
    assert extension(100.0, 200.0, 0.272) == pytest.approx(72.8)


@given(st.lists(st.tuples(price, price, price), min_size=1, max_size=20))
@settings(deadline=None)
def test_pivots_follow_the_plain_formula(rows: list[tuple[float, float, float]]) -> None:
    high, low, close = (np.array(column) for column in zip(*rows, strict=True))
    levels = pivots(high, low, close)
    p = (high + low + close) / 3.0
    for mine, plain in zip(
        levels, (p, 2 * p - low, 2 * p - high, p + (high - low), p - (high - low)), strict=True
    ):
        assert_same(mine, plain)
    assert tuple(column[-1] for column in levels) == pivot_levels(*rows[-1])


def test_pivots_of_a_known_bar() -> None:
    assert pivot_levels(110.0, 100.0, 105.0) == (105.0, 110.0, 100.0, 115.0, 95.0)


def test_all_bar_indicators_are_in_the_table() -> None:
    assert {name for name in INDICATORS if INDICATORS[name].inputs == BARS} == {"atr", "adx", "stochastic"}
