"""Rules of risk, by property: the batch says what the rule says, and tighter is never looser."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import assume, example, given, settings

from hub.trading.risk import rules, sizing
from hub.trading.risk.models import Caps, Size, Standing, Trade
from hub.trading.risk.sizing import Terms
from hub.trading.risk.sweep import book
from strategies.guards import BOUND, MISSING, REASONS, judge

FRESH = 120_000
near = st.integers(-300_000, 300_000)
EDGES = [0, 1, -1, BOUND, BOUND + 1, -BOUND, -BOUND - 1, 2**63 - 1, 2**63, -(2**63), 10**30, None]
money = st.one_of(near, st.integers(-(2**64), 2**64), st.sampled_from(EDGES))
ages = st.one_of(st.integers(-6_000, 130_000), st.sampled_from([*EDGES, -5_000, -5_001, FRESH, FRESH + 1]))
shares = st.integers(1, 10_000)
limits = st.one_of(st.integers(0, 300_000), st.just(10**13))
all_caps = st.builds(
    Caps, shares, limits, shares, limits, shares, shares, shares, st.none() | st.integers(1, 50_000)
)
standings = st.builds(Standing, money, money, money, money, ages, money)
known = st.builds(
    Standing,
    st.integers(1, 200_000),
    st.integers(1, 200_000),
    st.integers(1, 200_000),
    st.integers(0, 100_000),
    st.just(0),
    st.integers(0, 5_000_000),
)


# The first example compiles the kernel.
@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(standings | known, all_caps), min_size=1, max_size=20))
@example([(Standing(BOUND, BOUND, BOUND, BOUND, 0, BOUND), Caps(1, 0, 1, 0, 10_000, 1, 1, 50_000))])
@example([(Standing(-BOUND, BOUND, BOUND, BOUND, 0, BOUND), Caps(1, 0, 10_000, 0, 10_000, 1, 1, 50_000))])
def test_the_batch_says_what_the_rule_says(rows: list[tuple[Standing, Caps]]) -> None:
    codes = judge(book([now for now, _ in rows], [caps for _, caps in rows]), FRESH)
    one_by_one = [rules.account(now, caps, FRESH).reason for now, caps in rows]
    assert [REASONS[code] for code in codes] == one_by_one


def test_the_comparison_sees_a_batch_that_is_wrong() -> None:
    """The control of the property above: another limit is another answer."""
    now, caps = Standing(90_000, 100_000, 100_000, 0, 0), Caps(1_000, 0, 2_000, 0, 5_000, 200, 10_000, None)
    wrong = msgspec.structs.replace(caps, max_drawdown_bp=1_001)
    assert REASONS[judge(book([now], [wrong]), FRESH)[0]] != rules.account(now, caps, FRESH).reason


def test_what_is_missing_has_a_sign_of_its_own() -> None:
    assert book([Standing(None, 1, 1, 1, 1)], [Caps(1, 1, 1, 1, 1, 1, 1, None)]).equity[0] == MISSING


@given(known, all_caps, all_caps, st.integers(0, 10_000), st.integers(0, 50_000))
def test_a_tighter_cap_never_allows_what_a_looser_one_blocks(
    now: Standing, caps: Caps, other: Caps, risk: int, margin: int
) -> None:
    tight, new = rules.tighter(caps, other), Trade(risk, margin, margin * 30)
    for loose in (caps, other):
        if not rules.trade(now, new, loose, FRESH).opens:
            assert not rules.trade(now, new, tight, FRESH).opens
        if rules.account(now, loose, FRESH).outcome == "liquidate":
            assert rules.account(now, tight, FRESH).outcome == "liquidate"


@given(all_caps, all_caps)
def test_the_tighter_of_two_is_looser_in_nothing(caps: Caps, other: Caps) -> None:
    tight = rules.tighter(caps, other)
    assert rules.loosened(caps, tight) == rules.loosened(other, tight) == []
    assert rules.tighter(tight, tight) == tight == rules.tighter(other, caps)
    assert tight.max_drawdown_bp <= tight.liquidation_drawdown_bp
    assert tight.min_equity >= tight.liquidation_equity


@pytest.mark.parametrize("name", Caps.__struct_fields__)
def test_a_looser_limit_is_named(name: str) -> None:
    base = Caps(1_000, 50_000, 2_000, 10_000, 5_000, 200, 1_000, 3_000)
    by = -1 if name in ("min_equity", "liquidation_equity") else 1
    value = getattr(base, name)
    assert rules.loosened(base, msgspec.structs.replace(base, **{name: value + by})) == [name]
    assert rules.loosened(base, msgspec.structs.replace(base, **{name: value - by})) == []


@given(standings.filter(lambda now: now.equity in (None, 0) or now.age_ms is None), all_caps)
def test_what_is_not_known_opens_nothing_and_closes_nothing(now: Standing, caps: Caps) -> None:
    verdict = rules.account(now, caps, FRESH)
    assert verdict.outcome == "unknown"
    assert rules.carried("liquidate", verdict)


def decimals(low: str, high: str, places: int) -> Any:
    return st.decimals(Decimal(low), Decimal(high), places=places, allow_nan=False, allow_infinity=False)


terms = st.builds(
    lambda tick, value, least, step, most, margin: Terms(tick, value, least, step, most, margin),
    st.sampled_from([Decimal("0.01"), Decimal("0.00001"), Decimal("0.25"), Decimal("0.05")]),
    decimals("0.01", "2000", 2),
    st.sampled_from([Decimal("0.01"), Decimal("0.1"), Decimal(1)]),
    st.sampled_from([Decimal("0.01"), Decimal("0.03"), Decimal("0.1"), Decimal(1)]),
    st.sampled_from([Decimal("0.5"), Decimal(10), Decimal(100)]),
    decimals("0.01", "100000000", 2),
)
sizes = st.builds(Size, st.sampled_from(["all_in", "fraction", "fixed_risk"]), shares)
prices = decimals("0.01", "5000", 5)


@given(sizes, st.integers(1, 10**9), st.integers(1, 10**9), prices, prices, terms)
def test_sizing_takes_no_more_than_was_asked_and_never_rounds_up(
    asked: Size, equity: int, free: int, entry: Decimal, stop: Decimal, broker: Terms
) -> None:
    assume(entry != stop)
    sized = sizing.size(asked, equity, free, entry, stop, broker)
    volume = Fraction(sized.volume)
    lost = volume * Fraction(abs(entry - stop)) / Fraction(broker.tick_size) * Fraction(broker.tick_value)
    share = 10_000 if asked.mode == "all_in" else asked.bp
    bound = volume * Fraction(broker.margin)
    assert bound <= (free if asked.mode == "fixed_risk" else Fraction(free * share, 10_000))
    if asked.mode == "fixed_risk":
        assert lost <= sized.risk
        assert volume == 0 or sized.risk - 1 < Fraction(equity * asked.bp, 10_000)
        assert lost <= Fraction(equity * asked.bp, 10_000)
    assert volume % Fraction(broker.volume_step) == 0
    assert volume == 0 or broker.volume_min <= sized.volume <= broker.volume_max
    assert (volume == 0) == (not sized.verdict.opens)


@given(sizes, st.integers(1, 10**9), st.integers(1, 10**9), prices, prices, terms)
def test_one_step_more_would_be_too_much(
    asked: Size, equity: int, free: int, entry: Decimal, stop: Decimal, broker: Terms
) -> None:
    """Rounding down is by less than a step: a size that is always nothing would pass the property above."""
    assume(entry != stop)
    sized = sizing.size(asked, equity, free, entry, stop, broker)
    assume(sized.verdict.opens)
    more = Fraction(sized.volume + broker.volume_step)
    loss = sizing.ticks(abs(entry - stop), broker.tick_size) * Fraction(broker.tick_value)
    share = 10_000 if asked.mode in ("all_in", "fixed_risk") else asked.bp
    over_margin = more * Fraction(broker.margin) > Fraction(free * share, 10_000)
    over_risk = asked.mode == "fixed_risk" and more * loss > Fraction(equity * asked.bp, 10_000)
    assert over_margin or over_risk or more > broker.volume_max


@given(prices, st.sampled_from([Decimal("0.01"), Decimal("0.25"), Decimal("0.00001")]))
def test_a_price_on_the_grid_is_not_above_it(price: Decimal, tick: Decimal) -> None:
    on = sizing.on_tick(price, tick)
    assert on <= price < on + tick
    assert Fraction(on) % Fraction(tick) == 0


GOLD = Terms(Decimal("0.01"), Decimal(100), Decimal("0.01"), Decimal("0.01"), Decimal(50), Decimal(400_000))


@pytest.mark.parametrize(
    ("asked", "volume", "reason"),
    [
        (Size("fixed_risk", 200), "0.10", "ok"),  # 200.00 over 2,000 ticks of 1.00
        (Size("fixed_risk", 199), "0.09", "ok"),  # 0.0995: down
        (Size("fixed_risk", 19), "0", "trade_too_small"),  # not up to the least volume
        (Size("all_in", 10_000), "2.50", "ok"),
        (Size("fraction", 3_333), "0.83", "ok"),
    ],
)
def test_a_size_in_gold(asked: Size, volume: str, reason: str) -> None:
    sized = sizing.size(asked, 1_000_000, 1_000_000, Decimal(1700), Decimal(1680), GOLD)
    assert (sized.volume, sized.verdict.reason) == (Decimal(volume), reason)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"equity": None}, "equity_unknown"),
        ({"equity": 0}, "equity_unknown"),
        ({"free": 0}, "exposure"),
        ({"stop": Decimal(1700)}, "trade_unknown"),
        ({"stop": Decimal("NaN")}, "trade_unknown"),
        ({"broker": msgspec.structs.replace(GOLD, tick_value=Decimal(0))}, "trade_unknown"),
    ],
)
def test_what_cannot_be_sized_is_nothing(changed: dict[str, Any], reason: str) -> None:
    values: dict[str, Any] = {"equity": 100, "free": 100, "stop": Decimal(1680), "broker": GOLD} | changed
    sized = sizing.size(
        Size("all_in", 10_000),
        values["equity"],
        values["free"],
        Decimal(1700),
        values["stop"],
        values["broker"],
    )
    assert (sized.volume, sized.verdict.reason) == (0, reason)
