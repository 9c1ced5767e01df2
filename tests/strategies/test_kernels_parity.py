"""Kernels against `ta` on ten years of gold, EURUSD and US500, batch and bar by bar, bit by bit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from indicators import INDICATORS, Column, columns, stepped

from strategies.candles import Candles


@pytest.fixture(scope="module", params=["gold", "eurusd", "us500"])
def market(request: pytest.FixtureRequest) -> Candles:
    candles: Candles = request.getfixturevalue(request.param)
    return candles


def bits(column: Column) -> Column:
    return np.ascontiguousarray(column).view(np.int64)


@pytest.mark.parametrize("name", INDICATORS)
def test_a_batch_equals_ta(name: str, market: Candles) -> None:
    indicator = INDICATORS[name]
    inputs = [getattr(market, column) for column in indicator.inputs]
    ours = columns(indicator.batch(*inputs))
    theirs = [peer.to_numpy() for peer in indicator.peer(*map(pd.Series, inputs))]
    for mine, peer in zip(ours, theirs, strict=True):
        assert np.array_equal(np.isnan(mine), np.isnan(peer))
        assert np.nanmax(np.abs(mine - peer)) <= indicator.tolerance
        assert np.count_nonzero(~np.isnan(mine)) > len(market) - 300


@pytest.mark.parametrize("name", INDICATORS)
def test_a_step_gives_the_bits_of_the_batch(name: str, market: Candles) -> None:
    indicator = INDICATORS[name]
    inputs = [getattr(market, column) for column in indicator.inputs]
    for batch, step in zip(columns(indicator.batch(*inputs)), stepped(indicator, inputs), strict=True):
        assert np.array_equal(np.isnan(batch), np.isnan(step))
        known = ~np.isnan(batch)
        assert np.array_equal(bits(batch[known]), bits(step[known]))
