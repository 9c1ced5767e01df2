"""What is found of a report, which symbol is which instrument, and what a certificate's hash is of."""

import random
import string
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.problems import Invalid
from hub.trading.preflight import names, rules
from hub.trading.preflight.content import content, hashed
from hub.trading.preflight.models import PreflightFinding, PreflightIn
from strategies.symbols import ALIASES, SYMBOLS
from tests.trading.looks import Broker
from tests.trading.preflights import euro, gold, report

AT, DEVICE = Broker("Rules-Live"), UUID(int=7)


def told(*symbols: dict[str, Any], **changed: Any) -> PreflightIn:
    return msgspec.convert(report(AT, 1, *symbols, **changed), PreflightIn, strict=False)


def found(*symbols: dict[str, Any], measured_ms: int = 0, **changed: Any) -> set[tuple[str, str, str | None]]:
    """(reason, severity, instrument) of everything but instruments that are not there."""
    every = rules.findings(told(*symbols, **changed), measured_ms, 30_000)
    return {(f.reason, f.severity, f.instrument) for f in every if f.reason != "missing"}


def test_what_is_as_needed_is_found_fault_with_in_nothing() -> None:
    assert found(gold(), euro()) == set()
    missing = rules.findings(told(gold(), euro()), 0, 30_000)
    assert [(f.reason, f.severity, f.instrument) for f in missing] == [("missing", "warn", "US500")]


@pytest.mark.parametrize(
    ("name", "size"), [("XAUUSD", "100"), ("EURUSD", "100000"), ("US500", "1")], ids=["gold", "euro", "index"]
)
def test_the_needed_contract_is_what_a_point_is_worth(name: str, size: str) -> None:
    assert rules.contract_size(SYMBOLS[name]) == Decimal(size)


@pytest.mark.parametrize(
    ("changed", "finding"),
    [
        ({"algo_allowed": False}, ("algo_off", "block", None)),
        ({"trade_allowed": False}, ("trade_off", "block", None)),
        ({"mode": "netting"}, ("netting", "warn", None)),
        ({"leverage": 0}, ("leverage_unknown", "warn", None)),
        ({"skew_ms": 30_001}, ("clock_skew", "warn", None)),
        ({"skew_ms": -30_001}, ("clock_skew", "warn", None)),
    ],
)
def test_each_fault_of_an_account_is_found(changed: dict[str, Any], finding: tuple[str, str, None]) -> None:
    assert found(gold(), **changed) == {finding}


@pytest.mark.parametrize(
    ("skew_ms", "wrong"), [(30_000, False), (30_001, True), (-30_000, False), (-30_001, True)]
)
def test_a_clock_is_wrong_beyond_the_limit(skew_ms: int, wrong: bool) -> None:
    assert found(gold(), measured_ms=skew_ms) == ({("clock_skew", "block", None)} if wrong else set())


@pytest.mark.parametrize(
    ("changed", "reason", "severity"),
    [
        ({"contract_size": "1", "tick_value": "0.01"}, "contract_size", "block"),
        ({"digits": 1}, "digits", "block"),
        ({"digits": 3, "tick_size": "0.001", "tick_value": "0.1"}, "digits", "warn"),
        ({"tick_size": "0.25", "tick_value": "25"}, "tick_size", "block"),
        ({"tick_value": "0"}, "tick_value", "block"),
        ({"tick_value": "1.011"}, "tick_value", "block"),
        ({"tick_value": "10"}, "tick_value", "block"),
        ({"volume_min": "0.1"}, "volume_min", "warn"),
        ({"volume_min": "200", "volume_max": "500"}, "volume_min", "block"),
        ({"volume_min": "50", "volume_max": "20"}, "volume_min", "block"),
        ({"volume_step": "0.1"}, "volume_step", "warn"),
        ({"volume_max": "99.99"}, "volume_max", "warn"),
        ({"stops_level": 6}, "stops_level", "warn"),
        ({"stops_level": 501}, "stops_level", "block"),
        ({"filling": []}, "filling", "block"),
        ({"filling": ["boc"]}, "filling", "block"),
        ({"trade_mode": "disabled"}, "trade_mode", "block"),
        ({"trade_mode": "long_only"}, "trade_mode", "block"),
        ({"trade_mode": "close_only"}, "trade_mode", "block"),
    ],
)
def test_each_fault_of_a_symbol_is_found(changed: dict[str, Any], reason: str, severity: str) -> None:
    assert (reason, severity, "XAUUSD") in found(gold(**changed), euro())
    blocked = any(each == "block" and ours == "XAUUSD" for _, each, ours in found(gold(**changed), euro()))
    said = certified(gold(**changed), euro())
    assert said is not None
    # The fault of one symbol is not another one's.
    assert ("XAUUSD" in said["instruments"]) != blocked
    assert "EURUSD" in said["instruments"]


@pytest.mark.parametrize(
    "changed",
    [{"tick_value": "1.01"}, {"tick_value": "0.99"}, {"stops_level": 5}, {"stops_level": 50, "digits": 3}],
)
def test_what_is_within_the_slack_is_no_block(changed: dict[str, Any]) -> None:
    assert not {reason for reason, severity, _ in found(gold(**changed)) if severity == "block"}


def test_another_currency_than_the_account_leaves_the_tick_value_to_the_rates() -> None:
    assert found(gold(tick_value="0.79"), currency="GBP") == set()
    assert found(gold(tick_value="0"), currency="GBP") == {("tick_value", "block", "XAUUSD")}
    assert ("profit_currency", "block", "XAUUSD") in found(gold(profit_currency="EUR"))


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("XAUUSD", "XAUUSD"),
        ("xauusd", "XAUUSD"),
        ("XAUUSD.a", "XAUUSD"),
        ("XAUUSDm", "XAUUSD"),
        ("XAUUSDpro", "XAUUSD"),
        ("XAUUSD_raw", "XAUUSD"),
        ("XAUUSD#", "XAUUSD"),
        ("XAUUSD.", "XAUUSD"),
        ("GOLD", "XAUUSD"),
        ("GOLD.ecn", "XAUUSD"),
        ("SPX500", "US500"),
        ("US500-Cash", "US500"),
        ("EURUSDi", "EURUSD"),
        ("XAUEUR", None),
        ("mXAUUSD", None),
        ("XAUUSDM5", None),
        ("XAUUSD_Z26", None),
        ("US500.2612", None),
        ("XAUUSD.a.b", None),
        ("XAUUSD mini", None),
        ("XAUUSDEUR", None),
        ("GOLDmicro", None),
        ("US5000", None),
        ("GOL", None),
        ("", None),
        ("XAUUSD\n", None),
    ],
)
def test_a_symbol_is_one_instrument_or_none(name: str, ours: str | None) -> None:
    assert names.instrument(name) == ours


SUFFIXES = st.one_of(
    st.just(""),
    st.sampled_from("#+!"),
    st.text(string.ascii_lowercase, min_size=1, max_size=4),
    st.builds(str.__add__, st.sampled_from("._-"), st.text(string.ascii_letters, max_size=8)),
)
LISTED = st.lists(
    st.builds(str.__add__, st.sampled_from([*SYMBOLS, *ALIASES, "BTCUSD"]), SUFFIXES), unique=True
)


@given(LISTED, st.randoms(use_true_random=False))
def test_a_mapping_is_the_same_in_any_order_and_never_chooses(
    listed: list[str], chance: random.Random
) -> None:
    mapped, shuffled = names.mapped(listed), listed[:]
    chance.shuffle(shuffled)
    assert names.mapped(shuffled) == mapped
    many = [name for each in mapped.many.values() for name in each]
    assert sorted([*mapped.one.values(), *many, *mapped.unknown]) == sorted(listed)
    assert not mapped.one.keys() & mapped.many.keys()
    for ours, name in mapped.one.items():
        assert [each for each in listed if names.instrument(each) == ours] == [name]
    assert all(len(each) > 1 for each in mapped.many.values())


def test_two_symbols_for_one_instrument_are_both_refused() -> None:
    assert found(gold("XAUUSD"), gold("GOLDm"), euro()) == {("ambiguous", "block", "XAUUSD")}
    said = certified(gold("XAUUSD"), gold("GOLDm"), euro())
    assert said is not None
    assert said["instruments"].keys() == {"EURUSD"}


def certified(*symbols: dict[str, Any], **changed: Any) -> dict[str, Any] | None:
    given_ = told(*symbols, **changed)
    return content(given_, DEVICE, rules.findings(given_, 0, 30_000))


@pytest.mark.parametrize(
    "changed",
    [{"leverage": 50}, {"mode": "netting"}, {"kind": "demo"}, {"currency": "GBP"}, {"login": "7002"}],
)
def test_an_account_of_other_figures_is_other_content(changed: dict[str, Any]) -> None:
    first, other = certified(gold()), certified(gold(), **changed)
    assert first and other
    assert hashed(first) != hashed(other)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "XAUUSDm"},
        {"digits": 3},
        {"tick_size": "0.005", "tick_value": "0.5"},
        {"volume_min": "0.02"},
        {"volume_step": "0.02"},
        {"volume_max": "50"},
        {"stops_level": 3},
        {"filling": ["fok"]},
    ],
)
def test_a_symbol_of_other_figures_is_other_content(changed: dict[str, Any]) -> None:
    first, other = certified(gold()), certified(gold(**changed))
    assert first and other
    assert hashed(first) != hashed(other)


def test_what_moves_by_itself_or_reads_otherwise_is_no_other_content() -> None:
    same = gold(contract_size="1E+2", volume_max="100.00", filling=["fok", "ioc"], tick_value="1.009")
    again = certified(same, euro(), server="RULES-LIVE", skew_ms=5)
    first = certified(euro(), gold(filling=["ioc", "fok"]))
    assert first and again
    assert hashed(first) == hashed(again)
    assert hashed(msgspec.json.decode(msgspec.json.encode(first))) == hashed(first)


def test_a_blocked_account_has_nothing_to_certify() -> None:
    assert certified(gold(), euro(), algo_allowed=False) is None
    assert certified(gold(trade_mode="disabled")) is None
    assert certified({**gold(), "name": "BTCUSD"}) is None


FIGURES = st.sampled_from(["0", "0.0", "-1", "NaN", "Infinity", "-Infinity", "1E+13", "1E-16", "sNaN"])


@given(FIGURES, st.sampled_from(["contract_size", "tick_size", "volume_min", "volume_step", "volume_max"]))
def test_figures_that_no_broker_gives_are_refused(figure: str, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.check(told(euro(), gold(**{name: figure})))
    assert [each.pointer for each in refused.value.errors] == [f"/symbols/1/{name}"]


SANE = st.decimals("0.00001", "1000000", places=5)


@given(
    size=SANE, tick=SANE, value=SANE, volumes=st.tuples(SANE, SANE, SANE),
    digits=st.integers(0, 15), level=st.integers(0, 10_000_000), mode=st.sampled_from(["full", "disabled"]),
)  # fmt: skip
def test_whatever_a_broker_gives_something_is_said(
    size: Decimal,
    tick: Decimal,
    value: Decimal,
    volumes: tuple[Decimal, ...],
    digits: int,
    level: int,
    mode: str,
) -> None:
    """Nothing raises; a certified symbol has exactly the contract, and everything found says what to mend."""
    least, step, most = volumes
    symbol = gold(contract_size=str(size), tick_size=str(tick), tick_value=str(value), digits=digits)
    symbol |= {"volume_min": str(least), "volume_step": str(step), "volume_max": str(most)}
    symbol |= {"stops_level": level, "trade_mode": mode}
    told_ = told(symbol)
    rules.check(told_)
    every: list[PreflightFinding] = rules.findings(told_, 0, 30_000)
    assert all(each.mend for each in every)
    if said := content(told_, DEVICE, every):
        assert said["instruments"]["XAUUSD"]["contract_size"] == "100"
        assert mode == "full"
        assert digits >= 2


def test_two_devices_have_two_contents() -> None:
    given_ = told(gold())
    assert content(given_, uuid4(), []) != content(given_, uuid4(), [])
