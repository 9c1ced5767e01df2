"""The synthetic candles: the same on every machine, plausible, and with setups about as often as gold."""

from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice

import numpy as np
import pytest

from strategies.fib_rsi import Place, run
from strategies.hours import session
from strategies.symbols import symbol
from workers.source import Sample
from workers.source.check import gaps, implausible

BARS = 6000
DIGEST = "6a3bb662d4c6dac6afaad917d6777b14f960332d8f9b44658c9ee367e43cb244"


@pytest.fixture(scope="module")
def candles():
    return Sample().candles(BARS)


def test_the_same_seed_gives_the_same_bars(candles):
    assert list(islice(Sample(), 500)) == list(candles[:500])
    assert list(islice(Sample(seed=8), 500)) != list(candles[:500])


def test_its_bars_never_change():
    """A spool's checkpoint is only good for the bars it was made on: they must not change with a release."""
    text = "\n".join(map(repr, islice(Sample(), 2000)))
    assert sha256(text.encode()).hexdigest() == DIGEST


def test_its_bars_are_bars(candles):
    prices = {name: getattr(candles, name) for name in ("open", "high", "low", "close")}
    assert implausible(prices, candles.volume) == {}
    assert candles.volume.min() > 0
    assert np.abs(np.diff(np.log(candles.close))).max() < 0.05
    assert np.array_equal(np.round(candles.close, 2), candles.close)


def test_there_are_no_bars_while_the_market_is_closed(candles):
    opened = [datetime.fromtimestamp(time, UTC) for time in candles.time.tolist()]
    assert all(session("XAUUSD", each) == "open" for each in opened)
    found = gaps(candles, 3600)
    assert {gap.bars for gap in found if not gap.is_weekend} == {1}
    assert 50 <= sum(gap.is_weekend for gap in found) <= 54


def test_setups_come_about_as_often_as_in_gold(candles):
    placed = [each for each in run(candles, symbol=symbol("XAUUSD")) if isinstance(each, Place)]
    assert 8 < (BARS - 1680) / len(placed) < 25
    sides = {each.setup.side for each in placed}
    assert sides == {"short", "long"}
