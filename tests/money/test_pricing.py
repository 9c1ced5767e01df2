"""Copy trading costs 30 % more, in whole minor units."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.money.pricing.rules import copy_markup

prices = st.integers(0, 10**15)


@pytest.mark.parametrize(
    ("price", "with_copying"),
    [(0, 0), (1, 1), (2, 3), (3, 4), (5, 7), (10, 13), (1_999, 2_599), (4_995, 6_494), (10_000, 13_000)],
)
def test_by_hand(price: int, with_copying: int) -> None:
    assert copy_markup(price) == with_copying


@given(prices)
def test_it_is_the_decimal_product_rounded_half_up(price: int) -> None:
    assert copy_markup(price) == (price * Decimal("1.30")).quantize(Decimal(1), ROUND_HALF_UP)


@given(prices, prices)
def test_a_dearer_plan_stays_at_least_as_dear(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert low <= copy_markup(low) <= copy_markup(high)


def test_a_price_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="below 0"):
        copy_markup(-1)
