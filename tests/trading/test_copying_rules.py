"""Rules of copied orders, by property: never more than the limits, never more for a tighter limit or a smaller account."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hub.core.problems import Invalid
from hub.trading.copying import rules
from hub.trading.copying.models import (
    Copier,
    CopyRiskIn,
    Fill,
    Fit,
    Known,
    Most,
    MostOf,
    OwnMost,
    OwnTolerance,
    Tolerance,
    ToleranceOf,
)
from hub.trading.risk.models import Caps, CapsIn, Size, Standing
from hub.trading.signals.models import Signal
from strategies.symbols import SYMBOLS

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
FRESH = 120_000
CAPS = Caps(1_000, 0, 2_000, 0, 5_000, 200, 1_000, None)
HOUSE = Most(10, Decimal(5))
COPIER = Copier(uuid4(), True, "v", 10_000, None, None, None, None, NOW, None, None)
PRICES = {"XAUUSD": (1_000, 3_000, 2), "EURUSD": (1, 2, 5), "US500": (3_000, 6_000, 2)}


def known(equity: int, free: int, margin: int, leverage: int, **changed: Any) -> Known:
    made = Known(
        account_id=uuid4(),
        user_id=uuid4(),
        equity=equity,
        peak_equity=equity,
        day_equity=equity,
        margin=margin,
        leverage=leverage,
        seen_at=NOW,
        outcome=None,
        reason=None,
        free_margin=free,
        currency="USD",
        allowed=True,
        heard_at=NOW,
        has_terminal=True,
    )
    return msgspec.structs.replace(made, **changed)


def standing(of: Known) -> Standing:
    margin, leverage = of.margin or 0, of.leverage or 0
    return Standing(of.equity, of.peak_equity, of.day_equity, of.margin, 0, margin * leverage)


def signal(instrument: str, entry: Decimal, stop: Decimal) -> Signal:
    return Signal(
        uuid4(), "p", instrument, "buy" if stop < entry else "sell", NOW, "1", "open", "limit", entry, stop,
        2 * entry - stop, NOW, "s", "x", {}, NOW, None, None,
    )  # fmt: skip


@st.composite
def signals(draw: st.DrawFn) -> Signal:
    name = draw(st.sampled_from(sorted(PRICES)))
    low, high, places = PRICES[name]
    prices = st.decimals(low, high, places=places, allow_nan=False, allow_infinity=False)
    entry, stop = draw(prices), draw(prices)
    assume(entry != stop)
    return signal(name, entry, stop)


@st.composite
def accounts(draw: st.DrawFn) -> Known:
    equity = draw(st.integers(1, 10**9))
    margin = draw(st.integers(0, equity))
    return known(equity, equity - margin, margin, draw(st.sampled_from([1, 30, 100, 500])))


shares = st.integers(1, 10_000)
caps = st.builds(
    lambda exposure, risk, leverage: msgspec.structs.replace(
        CAPS, max_exposure_bp=exposure, max_trade_risk_bp=risk, max_leverage_x100=leverage
    ),
    shares,
    shares,
    st.none() | st.integers(100, 50_000),
)
sizes = st.builds(Size, st.sampled_from(["all_in", "fraction", "fixed_risk"]), shares)
multipliers = st.integers(100, 20_000)
volumes = st.decimals("0.01", "5", places=2, allow_nan=False, allow_infinity=False)


@given(accounts(), signals(), sizes, multipliers, caps, st.integers(0, 10**6), volumes)
@settings(suppress_health_check=[HealthCheck.filter_too_much])  # most sizes do not fit
def test_what_fits_is_within_every_limit_and_on_the_brokers_step(
    of: Known, order: Signal, size: Size, multiplier: int, limits: Caps, waiting: int, most: Decimal
) -> None:
    asked = rules.asked(size, multiplier, limits)
    fit = rules.fit(of, standing(of), waiting, asked, order, most, limits)
    assume(isinstance(fit, Fit))
    assert isinstance(fit, Fit)
    symbol = SYMBOLS[order.instrument]
    assert Decimal(str(symbol.volume_min)) <= fit.volume <= most
    assert fit.volume % Decimal(str(symbol.volume_step)) == 0
    assert of.free_margin is not None
    assert fit.margin + waiting <= of.free_margin + 1
    equity, margin = of.equity or 0, of.margin or 0
    if size.mode == "fixed_risk":
        # A limit on a trade's risk is never what keeps one out that was sized by risk.
        assert fit.risk * 10_000 <= equity * limits.max_trade_risk_bp
        assert (fit.margin - 1 + margin + waiting) * 10_000 <= equity * limits.max_exposure_bp
    verdict = rules.judged(of, standing(of), waiting, fit, limits, FRESH)
    if verdict.opens:
        assert fit.risk * 10_000 <= equity * limits.max_trade_risk_bp
        assert (fit.margin + margin + waiting) * 10_000 <= equity * limits.max_exposure_bp


@given(accounts(), signals(), shares, multipliers, caps, shares, st.integers(0, 10**6))
def test_a_tighter_limit_or_more_that_waits_never_makes_an_order_greater(
    of: Known, order: Signal, bp: int, multiplier: int, limits: Caps, tighter: int, waiting: int
) -> None:
    def volume(under: Caps, waits: int) -> Decimal:
        asked = rules.asked(Size("fixed_risk", bp), multiplier, under)
        fit = rules.fit(of, standing(of), waits, asked, order, Decimal(5), under)
        return fit.volume if isinstance(fit, Fit) else Decimal(0)

    tight = msgspec.structs.replace(limits, max_trade_risk_bp=min(limits.max_trade_risk_bp, tighter))
    assert volume(tight, waiting) <= volume(limits, 0)


@given(sizes, multipliers, multipliers, caps)
def test_a_greater_multiplier_never_asks_for_less(size: Size, one: int, other: int, limits: Caps) -> None:
    low, high = sorted((one, other))
    asked = [rules.asked(size, each, limits).bp for each in (low, high)]
    assert asked[0] <= asked[1] <= 10_000
    if size.mode == "fixed_risk":
        assert asked[1] <= limits.max_trade_risk_bp


fits = st.builds(Fit, volumes.filter(bool), st.integers(0, 10**8), st.integers(0, 10**8))


@given(st.lists(fits, min_size=1, max_size=4))
def test_of_several_orders_the_smallest_and_no_more_than_any_would_risk(many: list[Fit]) -> None:
    least = rules.least(many)
    assert least.volume == min(fit.volume for fit in many)
    assert least.risk <= max(fit.risk for fit in many)
    assert all(
        least.risk >= fit.risk and least.margin >= fit.margin for fit in many if fit.volume == least.volume
    )


@pytest.mark.parametrize("missing", ["leverage", "equity", "free_margin", "margin"])
def test_what_is_not_known_fits_nothing(missing: str) -> None:
    of = msgspec.structs.replace(known(1_000_000, 1_000_000, 0, 100), **{missing: None})
    order = signal("XAUUSD", Decimal(1700), Decimal(1680))
    fit = rules.fit(of, standing(of), 0, Size("fixed_risk", 100), order, Decimal(5), CAPS)
    assert not isinstance(fit, Fit)
    assert fit.outcome == "unknown"


@pytest.mark.parametrize("side", ["buy", "sell"])
@pytest.mark.parametrize(
    ("prices", "n", "limit", "mean"),
    [
        (["1.00010", "1.00020"], 2, "15", None),
        (["1.00010", "1.00021"], 2, "15", "15.50"),
        (["1.00050"], 2, "15", None),
        # Only the last ones count, and better fills make up for worse ones.
        (["1.00010", "1.00020", "1.00900"], 2, "15", None),
        (["0.99900", "1.00100"], 2, "0", None),
        (["1.00001"], 1, "0", "1.00"),
    ],
)
def test_drift_is_the_mean_of_the_last_fills_against_the_trade(
    side: str, prices: list[str], n: int, limit: str, mean: str | None
) -> None:
    def fill(price: str) -> Fill:
        worse = Decimal(price) if side == "buy" else 2 - Decimal(price)
        return Fill("EURUSD", side, Decimal(1), worse)  # type: ignore[arg-type]

    said = rules.drifted([fill(price) for price in prices], n, Decimal(limit))
    assert (said and said["mean_points"]) == mean


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_terminal_is_silent_after_so_many_seconds_and_not_before(age: int, limit: int) -> None:
    of = known(1, 1, 0, 1, heard_at=NOW - timedelta(seconds=age))
    assert (rules.unheard([of], NOW, limit) is of) == (age > limit)
    never = known(1, 1, 0, 1, heard_at=None)
    assert rules.unheard([of, never], NOW, 10**7) is never


own_caps = st.builds(CapsIn, max_exposure_bp=st.none() | shares, daily_stop_bp=st.none() | shares)


@given(own_caps, st.none() | shares)
def test_what_is_not_named_stays_and_null_takes_back(own: CapsIn, given_: int | None) -> None:
    after = rules.tightened(own, CopyRiskIn(max_exposure_bp=given_))
    assert (after.max_exposure_bp, after.daily_stop_bp) == (given_, own.daily_stop_bp)
    assert rules.tightened(own, CopyRiskIn()) == own


@given(st.none() | st.integers(1, 20), st.none() | volumes)
def test_ones_own_bounds_are_never_beyond_the_houses(trades: int | None, volume: Decimal | None) -> None:
    copier = msgspec.structs.replace(COPIER, max_trades_a_day=trades, max_volume=volume)
    most = rules.most(copier, HOUSE)
    assert most.effective.max_trades_a_day == min(trades or 10, 10)
    assert most.effective.max_volume == min(volume or HOUSE.max_volume, HOUSE.max_volume)
    assert (most.base, most.own) == (HOUSE, OwnMost(trades, volume))
    assert rules.most(None, HOUSE) == MostOf(HOUSE, HOUSE, OwnMost(None, None))


@pytest.mark.parametrize(
    ("drift", "spread", "effective"), [(None, None, (50, 100)), (0, None, (0, 100)), (70, 9, (70, 9))]
)
def test_the_prices_covered_are_ones_own_else_the_houses(
    drift: int | None, spread: int | None, effective: tuple[int, int]
) -> None:
    house, own = Tolerance(50, 100), OwnTolerance(drift, spread)
    copier = msgspec.structs.replace(COPIER, max_drift_points=drift, max_spread_points=spread)
    assert rules.tolerance(copier, house) == ToleranceOf(Tolerance(*effective), house, own)
    assert rules.tolerance(None, house) == ToleranceOf(house, house, OwnTolerance(None, None))


def test_bounds_beyond_the_houses_are_refused() -> None:
    for given_ in (
        CopyRiskIn(max_trades_a_day=11),
        CopyRiskIn(max_volume=Decimal("5.1")),
        CopyRiskIn(max_volume=Decimal("NaN")),
    ):
        with pytest.raises(Invalid):
            rules.bounded(COPIER, given_, HOUSE)


def test_a_loss_that_is_rounded_up_is_not_above_the_limit() -> None:
    """0.01 lots lose 100.5 units at the stop, and 1 % of 10,050 is 100.5: told as 101, it would break the limit."""
    of, limits = known(10_050, 10_050, 0, 500), msgspec.structs.replace(CAPS, max_trade_risk_bp=100)
    order = signal("US500", Decimal(5000), Decimal("4899.50"))
    fit = rules.fit(of, standing(of), 0, Size("fixed_risk", 100), order, Decimal(5), limits)
    assert not isinstance(fit, Fit)
    assert fit.reason == "trade_too_small"
