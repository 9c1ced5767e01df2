from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.fib_rsi import FibRsiParams, Point, Setup, Side
from strategies.orders import Order, Rejected, build_order
from strategies.symbols import symbol

GOLD, EURUSD = symbol("XAUUSD"), symbol("EURUSD")
PARAMS = FibRsiParams()
HOUR = 3600


def setup(side: Side, entry: float, stop: float, target: float | None = None) -> Setup:
    point = Point(0, 0, 0.0, 0.0)
    target = entry - 3.25 * (stop - entry) if target is None else target
    prices = (entry, stop, target, abs(entry - stop))
    return Setup("XAUUSD_H1_x", "XAUUSD", side, 7200, 10800, point, point, *prices, {})


def built(proposed: Setup, bid: float, ask: float) -> Order:
    order = build_order(proposed, bid, ask, GOLD, PARAMS)
    assert isinstance(order, Order)
    return order


def test_a_setup_away_from_the_market_is_placed_as_it_is() -> None:
    order = built(setup("long", 1690.004, 1680.006), 1700.0, 1700.2)
    assert order == Order(
        id="XAUUSD_H1_x@1970-01-01T02:00:00Z",
        symbol="XAUUSD",
        side="buy",
        order_type="limit",
        entry=1690.0,
        stop=1680.01,
        target=1722.5,
        volume=0.01,
        expires=10800 + 100 * HOUR,
    )


@pytest.mark.parametrize(
    ("side", "entry", "stop", "bid", "ask", "expected"),
    [
        ("long", 1700.2, 1690.0, 1700.0, 1700.2, 1700.1),  # at the ask
        ("long", 1705.0, 1690.0, 1700.0, 1700.2, 1700.1),  # above it
        ("long", 1700.19, 1690.0, 1700.0, 1700.2, 1700.19),  # just below it
        ("short", 1700.0, 1710.0, 1700.0, 1700.2, 1700.1),  # at the bid
        ("short", 1695.0, 1710.0, 1700.0, 1700.2, 1700.1),  # below it
        ("short", 1700.01, 1710.0, 1700.0, 1700.2, 1700.01),  # just above it
    ],
)
def test_a_limit_on_the_wrong_side_moves_ten_points_off_the_quote(
    side: Side, entry: float, stop: float, bid: float, ask: float, expected: float
) -> None:
    proposed = setup(side, entry, stop)
    order = built(proposed, bid, ask)
    assert order.entry == expected
    assert order.stop == stop
    assert order.target == GOLD.round(proposed.target)


@pytest.mark.parametrize(
    ("side", "distance", "stop", "target"),
    [
        ("long", 0.04, 1699.95, 1700.17),  # 4 points: the stop moves to 5, the target to 17 (>= 16.25)
        ("long", 0.05, 1699.95, 1700.16),
        ("long", 0.08, 1699.92, 1700.26),
        ("short", 0.02, 1700.05, 1699.83),
    ],
)
def test_a_stop_too_near_moves_to_exactly_five_points(
    side: Side, distance: float, stop: float, target: float
) -> None:
    sign = 1.0 if side == "long" else -1.0
    order = built(setup(side, 1700.0, 1700.0 - sign * distance), 1699.0 + sign * 2, 1699.0 + sign * 2)
    assert (order.stop, order.target) == (stop, target)


def test_the_broker_s_stop_level_counts_when_it_is_wider() -> None:
    order = build_order(
        setup("long", 1700.0, 1699.9), 1701.0, 1701.2, replace(GOLD, stop_level_points=20), PARAMS
    )
    assert isinstance(order, Order)
    assert (order.stop, order.target) == (1699.8, 1700.65)


@pytest.mark.parametrize(
    ("proposed", "bid", "ask", "reason"),
    [
        (setup("long", 1690.0, 1680.0), 1700.2, 1700.0, "quote"),
        (setup("long", 1690.0, 1680.0), 0.0, 1700.0, "quote"),
        (setup("long", 1690.0, 1680.0), math.nan, 1700.0, "quote"),
        (setup("long", 10.0, -1.0), 1700.0, 1700.2, "prices"),
        (setup("long", math.nan, 1680.0), 1700.0, 1700.2, "prices"),
        (setup("long", 1690.0, 1680.0, 1710.0), 1700.0, 1700.2, "reward_to_risk"),
        (setup("short", 1710.0, 1720.0, 1690.0), 1700.0, 1700.2, "reward_to_risk"),
        (setup("long", 1690.0, 1695.0, 1750.0), 1700.0, 1700.2, "stop_side"),
        (setup("long", 1690.0, 1680.0, 1689.0), 1700.0, 1700.2, "target_side"),
        (setup("long", 1690.0, 1680.0), 1678.0, 1678.2, "stop_side"),  # the market has passed the stop
    ],
)
def test_what_cannot_be_an_order_is_rejected(proposed: Setup, bid: float, ask: float, reason: str) -> None:
    assert build_order(proposed, bid, ask, GOLD, PARAMS) == Rejected(reason)  # type: ignore[arg-type]


def test_the_volume_comes_from_the_balance_and_the_setup_s_own_distance() -> None:
    proposed = setup("long", 1700.2, 1680.2)
    order = build_order(proposed, 1700.0, 1700.2, GOLD, PARAMS, balance=10_000.0)
    legacy = build_order(
        proposed, 1700.0, 1700.2, GOLD, replace(PARAMS, legacy_div100=True), balance=1_000_000.0
    )
    assert isinstance(order, Order)
    assert isinstance(legacy, Order)
    assert (order.entry, order.volume, legacy.volume) == (1700.1, 0.1, 0.1)


def test_a_limit_that_rounding_brings_to_the_quote_moves_away_from_it() -> None:
    order = build_order(setup("long", 1.0859372, 1.07031), 1.08594, 1.08594, EURUSD, PARAMS)
    assert isinstance(order, Order)
    assert order.entry == 1.08584


prices = st.floats(1.05, 1.45)


@given(prices, st.floats(0.00001, 0.02), st.sampled_from(["long", "short"]), prices, st.floats(0.0, 0.0005))
def test_every_order_of_a_true_setup_is_sound(
    entry: float, risk: float, side: Side, bid: float, spread: float
) -> None:
    sign = 1.0 if side == "long" else -1.0
    quote = (bid, bid + spread)
    order = build_order(setup(side, entry, entry - sign * risk), *quote, EURUSD, PARAMS)
    if isinstance(order, Rejected):
        assert order.reason == "stop_side"
        return
    assert order.stop is not None
    assert order.target is not None
    points = [EURUSD.points(sign * d) for d in (order.entry - order.stop, order.target - order.entry)]
    assert min(points) > PARAMS.min_stop_distance_points - 1e-6
    assert points[1] >= PARAMS.rr_ratio * points[0] - (1.0 + PARAMS.rr_ratio) - 1e-6
    assert sign * (quote[1 if sign > 0 else 0] - order.entry) > -1e-9
    assert all(EURUSD.round(price) == price for price in (order.entry, order.stop, order.target))
