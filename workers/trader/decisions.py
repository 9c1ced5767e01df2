"""What the trader made of a bar, as the hub's decision log takes it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from caerus_client.times import rfc3339

from strategies.candles import Bar
from strategies.fib_rsi import FibRsi

if TYPE_CHECKING:  # the trader tells, and imports this
    from workers.trader.trader import Config

OnDecision = Callable[[dict[str, Any]], None]
Said = tuple[str, dict[str, Any]]
"""(outcome, facts) of one thing that came of a bar."""
OUTCOMES = {"place": "placed", "rejected": "rejected", "market_closed": "withheld", "cancel": "cancelled"}
_NOTE_LENGTH = 2_000
log = structlog.get_logger("caerus.trader")


def body(config: Config, engine: FibRsi, bar: Bar, said: list[Said], now: datetime) -> dict[str, Any]:
    """One item of `POST /decisions`. The outcome is the weightiest of what came of the bar; the note has all."""
    came = [outcome for outcome, _ in said]
    features = {name: value for name, value in engine.features().items() if math.isfinite(value)}
    return {
        "at": rfc3339(now),
        "strategy": config.strategy,
        "version": config.version,
        "symbol": config.symbol.name,
        "timeframe": "H1",
        "bar_time": rfc3339(datetime.fromtimestamp(bar.time, UTC)),
        "outcome": next((told for name, told in OUTCOMES.items() if name in came), "none"),
        "features": features | {"close": bar.close},
        "thresholds": asdict(config.params) | {"spread_points": config.spread_points},
        "note": "; ".join(_sentence(*each) for each in said)[:_NOTE_LENGTH],
    }


def tell(
    on_decision: OnDecision, config: Config, engine: FibRsi, bar: Bar, said: list[Said], now: datetime
) -> None:
    """Give the decision to whoever keeps it; a fault there is logged, and costs no signal."""
    try:
        on_decision(body(config, engine, bar, said, now))
    except Exception:
        log.exception("decision.not_told", bar=bar.time)


def _sentence(outcome: str, facts: dict[str, Any]) -> str:
    return " ".join([outcome, *(f"{name}={value}" for name, value in facts.items())])
