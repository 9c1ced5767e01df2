"""Keep every evaluation of a strategy, and find it again."""

from datetime import datetime
from uuid import UUID

from prometheus_client import Counter

from hub.core import clock
from hub.core.ids import uuid7
from hub.core.resources import Resources
from hub.research.decisions import rules, store
from hub.research.decisions.models import (
    Decision,
    DecisionIn,
    DecisionPage,
    DecisionQuery,
    Recorded,
)

_logged = Counter("decision_logs_total", "Evaluations of a strategy recorded", ["strategy"])


async def record_decision(
    res: Resources, producer_id: str, items: list[DecisionIn], user_id: UUID | None = None
) -> Recorded:
    """Keep what is new; what a producer said before of (strategy, version, symbol, timeframe, bar) stays.

    `Invalid` if one of them is not as it should be: then none is kept.
    """
    now = clock.now()
    rules.check(items, now)
    rows = [_row(producer_id, item, user_id, now) for item in items]
    # In a transaction of its own, which has no work to wait for.
    await store.make_partitions(res.db, rules.months([row.bar_time for row in rows]))
    async with res.db.transaction() as tx:
        added = await store.add(tx, producer_id, now, rows)
    for one in added:
        _logged.labels(one.strategy).inc()
    return Recorded(len(added), len(items) - len(added))


def _row(producer_id: str, item: DecisionIn, user_id: UUID | None, now: datetime) -> Decision:
    return Decision(
        id=uuid7(),
        at=item.at,
        recorded_at=now,
        producer_id=producer_id,
        strategy=item.strategy,
        version=item.version,
        symbol=item.symbol,
        timeframe=item.timeframe,
        bar_time=item.bar_time,
        features=rules.redacted(item.features),
        thresholds=rules.redacted(item.thresholds),
        outcome=item.outcome,
        note=rules.redacted_text(item.note),
        user_id=user_id,
        signal_id=item.signal_id,
    )


async def listed(res: Resources, query: DecisionQuery) -> DecisionPage:
    """The newest bars first."""
    rows = await store.listed(res.db, query, *rules.place(query.cursor), query.limit + 1)
    more = len(rows) > query.limit
    return DecisionPage(rows[: query.limit], rules.cursor(rows[query.limit - 1]) if more else None)


async def make_partitions(res: Resources) -> None:
    """Those of this month and the next two are there before anybody needs them."""
    await store.make_partitions(res.db, rules.ahead(clock.now()))
