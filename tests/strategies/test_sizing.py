from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.sizing import clamp_volume, lots
from strategies.symbols import symbol

GOLD = symbol("XAUUSD")


@pytest.mark.parametrize(
    ("balance", "entry", "stop", "name", "expected"),
    [
        (10_000, 1700.0, 1680.0, "XAUUSD", 0.1),  # 200 to risk, 2000 points of 1.0
        (10_000, 1680.0, 1700.0, "XAUUSD", 0.1),
        (10_000, 1.20000, 1.19500, "EURUSD", 0.4),  # 500 points of 1.0
        (10_000, 4000.0, 3980.0, "US500", 10.0),  # 2000 points of 0.01
        (10_000, 1700.0, 1687.0, "XAUUSD", 0.15),  # 0.1538
        (50, 1700.0, 1600.0, "XAUUSD", 0.01),  # clamped up to the least volume
        (1e9, 1700.0, 1699.0, "XAUUSD", 100.0),  # clamped down to the greatest
    ],
)
def test_lots(balance: float, entry: float, stop: float, name: str, expected: float) -> None:
    assert lots(balance, entry, stop, symbol(name), 0.02) == expected


def test_the_legacy_flag_divides_by_a_hundred() -> None:
    assert lots(1_000_000, 1700.0, 1680.0, GOLD, 0.02) == 10.0
    assert lots(1_000_000, 1700.0, 1680.0, GOLD, 0.02, legacy_div100=True) == 0.1


@pytest.mark.parametrize("step", [0.01, 0.1, 1.0, 0.05])
@given(volume=st.floats(0.0, 500.0))
def test_volumes_are_on_the_step_and_within_bounds(step: float, volume: float) -> None:
    terms = replace(GOLD, volume_step=step, volume_min=step)
    clamped = clamp_volume(volume, terms)
    assert terms.volume_min <= clamped <= terms.volume_max
    assert math.isclose(clamped / step, round(clamped / step), abs_tol=1e-9)
    if step <= volume <= terms.volume_max:
        assert abs(clamped - volume) <= step / 2 + 1e-9


@given(st.floats(2_000, 1e6), st.floats(1.0, 50.0))
def test_the_stop_loses_what_was_meant_to_be_risked(balance: float, distance: float) -> None:
    volume = lots(balance, 1700.0, 1700.0 - distance, GOLD, 0.02)
    lost = volume * GOLD.points(distance) * GOLD.tick_value
    half_step = GOLD.volume_step / 2 * GOLD.points(distance) * GOLD.tick_value
    if GOLD.volume_min < volume < GOLD.volume_max:
        assert abs(lost - balance * 0.02) <= half_step * 1.001


@pytest.mark.parametrize(("balance", "stop"), [(0.0, 1680.0), (-1.0, 1680.0), (1.0, 1700.0), (math.nan, 1.0)])
def test_what_cannot_be_sized_is_refused(balance: float, stop: float) -> None:
    with pytest.raises(ValueError, match="cannot size"):
        lots(balance, 1700.0, stop, GOLD, 0.02)
