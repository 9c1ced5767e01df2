from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.candles import Bar, Candles
from strategies.symbols import SYMBOLS, symbol

BARS = [Bar(0, 1.0, 3.0, 0.5, 2.0, 7.0), Bar(60, 2.0, 4.0, 1.5, 3.0, 8.0), Bar(180, 3.0, 5.0, 2.5, 4.0, 9.0)]


def test_candles_keep_their_bars() -> None:
    candles = Candles.from_bars(BARS)
    assert list(candles) == BARS
    assert candles.bar(-1) == BARS[-1]
    assert list(candles[1:]) == BARS[1:]
    assert [len(candles), len(candles[:0]), len(Candles.from_bars([]))] == [3, 0, 0]
    assert candles.time.dtype == np.int64
    assert type(candles.bar(0).time) is int


@pytest.mark.parametrize("times", [(0, 0), (60, 0)])
def test_times_must_increase(times: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="strictly increase"):
        Candles.from_bars([BARS[0]._replace(time=time) for time in times])


def test_columns_must_be_of_one_length() -> None:
    column = np.zeros(2)
    with pytest.raises(ValueError, match="one length"):
        Candles(np.arange(2), column, column, column, column, np.zeros(1))


@pytest.mark.parametrize(("alias", "name"), [("GOLD", "XAUUSD"), ("xauusd", "XAUUSD"), ("sp500", "US500")])
def test_symbols_answer_to_their_aliases(alias: str, name: str) -> None:
    assert symbol(alias).name == name


def test_an_unknown_symbol_is_told_what_is_known() -> None:
    with pytest.raises(KeyError, match=r"'BTCUSD'.*XAUUSD.*GOLD"):
        symbol("BTCUSD")


@pytest.mark.parametrize("name", SYMBOLS)
def test_points_and_digits_agree(name: str) -> None:
    each = symbol(name)
    assert each.round(1.0 + each.point) == 1.0 + each.point
    assert each.text(each.point) == f"{each.point:.{each.digits}f}"
    assert each.points(25 * each.point) == pytest.approx(25.0)
    assert each.pips(25 * each.point) == pytest.approx(2.5)


@given(st.floats(1.0, 5000.0))
def test_rounded_prices_are_on_the_grid(price: float) -> None:
    gold = symbol("XAUUSD")
    assert float(gold.text(price)) == gold.round(price)
    assert abs(gold.round(price) - price) <= gold.point / 2 + 1e-9


@pytest.mark.parametrize(
    "module", ["strategies", "strategies.hours", "strategies.fills", "strategies.fib_rsi"]
)
def test_numba_loads_only_with_a_kernel(module: str) -> None:
    code = f"import sys, {module}; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
