"""Rules of risk, by table: what they say, why, and from which figures."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from hub.trading.risk import rules
from hub.trading.risk.models import Caps, Standing, Trade, Verdict
from hub.trading.risk.settings import RiskSettings

FRESH = 120_000
CAPS = Caps(1_000, 50_000, 2_000, 10_000, 5_000, 200, 1_000, None)
WELL = Standing(equity=100_000, peak=100_000, day=100_000, margin=0, age_ms=0)
MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def said(verdict: Verdict) -> tuple[str, str]:
    return verdict.outcome, verdict.reason


def account(caps: Caps = CAPS, **changed: Any) -> Verdict:
    return rules.account(msgspec.structs.replace(WELL, **changed), caps, FRESH)


def test_the_defaults_are_the_owners() -> None:
    assert RiskSettings().caps() == Caps(1_000, 50_000, 2_000, 10_000, 5_000, 200, 1_000, None)
    assert (RiskSettings().gap_bp, RiskSettings().spread_bp) == (500, 50)


@pytest.mark.parametrize(
    ("changed", "outcome", "reason"),
    [
        ({}, "ok", "ok"),
        ({"equity": 90_001}, "ok", "ok"),
        ({"equity": 90_000}, "block", "drawdown"),  # 10 % of the peak
        ({"equity": 80_001}, "block", "drawdown"),
        ({"equity": 80_000}, "liquidate", "liquidation_drawdown"),  # 20 %
        ({"equity": 1}, "liquidate", "liquidation_drawdown"),
        ({"equity": -5_000}, "liquidate", "liquidation_drawdown"),  # after a gap: real
        ({"equity": 49_999, "peak": 50_000, "day": 50_000}, "block", "equity_floor"),
        ({"equity": 50_000, "peak": 50_000, "day": 50_000}, "ok", "ok"),
        ({"equity": 9_999, "peak": 10_000, "day": 10_000}, "liquidate", "liquidation_equity"),
        (
            {"equity": 9_999, "peak": None},
            "liquidate",
            "liquidation_equity",
        ),  # not knowing one hides no other
        ({"equity": 80_000, "margin": None, "day": None}, "liquidate", "liquidation_drawdown"),
        ({"equity": 90_000, "peak": 90_000}, "block", "daily_stop"),
        ({"margin": 50_000}, "ok", "ok"),
        ({"margin": 50_001}, "block", "exposure"),
        ({"equity": None}, "unknown", "equity_unknown"),
        ({"equity": 0}, "unknown", "equity_unknown"),
        ({"equity": 10**15}, "unknown", "equity_unknown"),
        ({"equity": float("nan")}, "unknown", "equity_unknown"),
        ({"equity": True}, "unknown", "equity_unknown"),
        ({"peak": None}, "unknown", "peak_unknown"),
        ({"peak": 0}, "unknown", "peak_unknown"),
        ({"peak": float("nan")}, "unknown", "peak_unknown"),
        ({"day": 0}, "unknown", "day_unknown"),
        ({"margin": -1}, "unknown", "margin_unknown"),
        ({"age_ms": None}, "unknown", "snapshot_stale"),
        ({"age_ms": FRESH}, "ok", "ok"),
        ({"age_ms": FRESH + 1}, "unknown", "snapshot_stale"),
        ({"age_ms": FRESH + 1, "equity": 1}, "unknown", "snapshot_stale"),  # nothing is closed on old figures
        ({"age_ms": -5_000}, "ok", "ok"),
        ({"age_ms": -5_001}, "unknown", "snapshot_stale"),
    ],
)
def test_an_account(changed: dict[str, Any], outcome: str, reason: str) -> None:
    assert said(account(**changed)) == (outcome, reason)


def test_leverage_is_asked_for_where_it_is_capped() -> None:
    capped = msgspec.structs.replace(CAPS, max_leverage_x100=3_000)
    assert said(account(capped)) == ("unknown", "notional_unknown")
    assert said(account(capped, notional=3_000_000)) == ("ok", "ok")
    assert said(account(capped, notional=3_000_001)) == ("block", "leverage")


def test_a_verdict_holds_the_figures_it_was_made_with() -> None:
    assert account(equity=79_999).figures == {
        "equity": 79_999,
        "from": 100_000,
        "fell_bp": 2_000,
        "limit_bp": 2_000,
    }
    assert account(equity=None).figures == {"equity": "missing"}


@pytest.mark.parametrize(
    ("before", "now", "stands"),
    [
        ("liquidate", "unknown", True),
        ("liquidate", "ok", False),
        ("liquidate", "block", False),
        ("block", "unknown", False),
        (None, "unknown", False),
    ],
)
def test_not_knowing_does_not_undo_a_liquidation(before: Any, now: Any, stands: bool) -> None:
    assert rules.carried(before, Verdict(now, "ok")) is stands


@pytest.mark.parametrize(
    ("new", "outcome", "reason"),
    [
        (Trade(2_000, 50_000), "ok", "ok"),
        (Trade(2_001, 0), "block", "trade_risk"),
        (Trade(0, 50_001), "block", "exposure"),
        (Trade(None, 0), "unknown", "trade_unknown"),
        (Trade(-1, 0), "unknown", "trade_unknown"),
    ],
)
def test_a_trade(new: Trade, outcome: str, reason: str) -> None:
    assert said(rules.trade(WELL, new, CAPS, FRESH)) == (outcome, reason)


def test_a_trade_is_judged_with_what_is_open_and_after_the_account() -> None:
    assert said(rules.trade(msgspec.structs.replace(WELL, margin=30_000), Trade(0, 20_001), CAPS, FRESH)) == (
        "block",
        "exposure",
    )
    assert said(rules.trade(msgspec.structs.replace(WELL, equity=90_000), Trade(0, 0), CAPS, FRESH)) == (
        "block",
        "drawdown",
    )


@pytest.mark.parametrize(
    ("before", "now", "reason"),
    [
        ("100", "105", "ok"),
        ("100", "105.01", "price_gap"),
        ("100", "94.99", "price_gap"),
        ("100", "110", "price_gap"),
        ("0", "1", "price_unknown"),
        ("-37", "1", "price_unknown"),
        ("NaN", "1", "price_unknown"),
        ("1", "Infinity", "price_unknown"),
    ],
)
def test_a_gap(before: str, now: str, reason: str) -> None:
    assert rules.gap(Decimal(before), Decimal(now), 500).reason == reason


def test_a_price_that_is_missing_is_not_known() -> None:
    assert rules.gap(None, Decimal(1), 500).outcome == "unknown"
    assert rules.spread(Decimal(1), None, 50).outcome == "unknown"


@pytest.mark.parametrize(
    ("bid", "ask", "reason"),
    [
        ("100", "100.5", "ok"),
        ("100", "100.51", "spread"),
        ("100", "100", "ok"),
        ("100", "99", "price_unknown"),
        ("NaN", "99", "price_unknown"),
    ],
)
def test_a_dry_market(bid: str, ask: str, reason: str) -> None:
    assert rules.spread(Decimal(bid), Decimal(ask), 50).reason == reason


@pytest.mark.parametrize(
    ("symbol", "at", "lead", "reason"),
    [
        ("XAUUSD", "12:00", 5, "ok"),
        ("XAUUSD", "16:54", 5, "ok"),
        ("XAUUSD", "16:55", 5, "close_only"),  # five minutes before the daily maintenance
        ("XAUUSD", "16:59", 0, "ok"),
        ("XAUUSD", "17:30", 5, "close_only"),
        ("XAUUSD", "18:00", 5, "ok"),
        ("US500", "16:55", 5, "close_only"),
        ("US500", "17:00", 5, "market_closed"),
        ("NOTHING", "12:00", 5, "market_unknown"),
    ],
)
def test_a_window(symbol: str, at: str, lead: int, reason: str) -> None:
    hours, minutes = at.split(":")
    # New York is five hours behind UTC in November.
    now = MONDAY.replace(hour=(int(hours) + 5) % 24, minute=int(minutes))
    assert rules.window(symbol, now, lead).reason == reason


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"MAX_DRAWDOWN": "1.5"}, "MAX_DRAWDOWN"),
        ({"MAX_DRAWDOWN": "NaN"}, "MAX_DRAWDOWN"),
        ({"MAX_DRAWDOWN": "0.3"}, "MAX_DRAWDOWN_PERCENT"),
        ({"MIN_EQUITY_GBP": "99"}, "LIQUIDATION_EQUITY_GBP"),
        ({"COPY_DAILY_STOP_PCT": "0"}, "COPY_DAILY_STOP_PCT"),
    ],
)
def test_a_bad_setting_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str
) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=named):
        RiskSettings()


def test_no_process_starts_with_a_bad_limit() -> None:
    command = [sys.executable, "-c", "from hub.cli import main; main()", "serve"]
    env = os.environ | {"MAX_DRAWDOWN": "2"}
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, "MAX_DRAWDOWN" in ended.stderr) == (2, True)


@pytest.mark.parametrize(
    ("currency", "least", "floor"),
    [
        (None, 50_001, 10_000),
        ("USD", 50_001, 10_000),
        ("JPY", 501, 100),  # no minor unit: what is no whole yen is rounded to the tighter side
        ("KWD", 500_010, 100_000),
    ],
)
def test_amounts_of_limits_are_of_the_major_unit_of_any_currency(
    currency: str | None, least: int, floor: int
) -> None:
    kept = msgspec.structs.replace(CAPS, min_equity=50_001)
    assert rules.in_currency(kept, currency) == msgspec.structs.replace(
        kept, min_equity=least, liquidation_equity=floor
    )
