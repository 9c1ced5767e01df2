"""What the trader counts, each thing once and where it happens."""

from __future__ import annotations

from typing import get_args

from caerus_client.producer import OnOutcome, Verdict
from caerus_client.spool import Item
from prometheus_client import Counter, Histogram

from strategies.orders import OrderSide, Refusal

_EVALUATION = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5)
_POST = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
OPERATIONS = {"signal": "post_signal", "cancel": "cancel_signal"}

signals = Counter("strategy_signals_total", "Setups the strategy decided to place, market open", ["side"])
evaluation = Histogram(
    "strategy_eval_seconds", "Time the strategy took to decide on one bar", buckets=_EVALUATION
)
withheld = Counter("market_closed_decisions_total", "Decisions withheld because no trade may be entered")
built = Counter("orders_built_total", "Orders built from setups")
rejected = Counter("orders_rejected_total", "Setups no order could be built from", ["reason"])
posted = Counter(
    "signals_posted_total", "Attempts to post a signal; result failed is tried again", ["result", "code"]
)
post_seconds = Histogram("signals_post_seconds", "Time one attempt to post a signal took", buckets=_POST)
retries = Counter("retries_total", "Attempts made again after a failure", ["operation"])
published = Counter("signal_publish_total", "Signals that reached their route", ["route"])
heartbeats = Counter("heartbeat_total", "Heartbeats that the hub took")
heartbeat_failures = Counter("heartbeat_failures_total", "Heartbeats that the hub did not take")
loop_seconds = Histogram(
    "runtime_loop_seconds",
    "One turn of the trader's loop: a bar taken, decided on, and on the disk",
    buckets=_EVALUATION,
)

# a rate needs the zero before the first
for _side in get_args(OrderSide):
    signals.labels(_side)
for _reason in get_args(Refusal):
    rejected.labels(_reason)
for _operation in OPERATIONS.values():
    retries.labels(_operation)
_by_api = published.labels("api")


def counted(then: OnOutcome | None = None) -> OnOutcome:
    """For `ProducerClient(on_outcome=...)`: counts each attempt, then calls `then`."""

    def count(item: Item, verdict: Verdict, seconds: float) -> None:
        if item.attempts:
            retries.labels(OPERATIONS[item.kind]).inc()
        if item.kind == "signal":
            _count_post(verdict, seconds)
        if then is not None:
            then(item, verdict, seconds)

    return count


def _count_post(verdict: Verdict, seconds: float) -> None:
    posted.labels(verdict.outcome or "failed", str(verdict.code or "none")).inc()
    post_seconds.observe(seconds)
    # a duplicate is a post whose first answer was lost
    if verdict.outcome in ("stored", "duplicate"):
        _by_api.inc()
