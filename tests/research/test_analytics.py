"""What traders did by the day: counted from what is known of each bar once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core import clock
from hub.core.problems import Invalid
from hub.research.analytics import rules
from tests.hubs import Producer, RunningHub
from tests.research.test_decisions import a_strategy, decision
from tests.trading.test_heartbeats import beat

TODAY = date(2026, 11, 30)
OUTCOMES = ["none", "placed", "rejected", "withheld", "cancelled", "placed"]


async def days(hub: RunningHub, query: str, status: int = 200) -> Any:
    admin = await hub.person("admin")
    answer = await hub.call("GET", f"/api/v1/analytics/daily?{query}", headers=admin.bearer)
    assert answer.status == status, answer.raw
    return answer.body


async def tell(producer: Producer, name: str, bars: list[tuple[datetime, str]]) -> None:
    items = [decision(strategy=name, bar_time=bar.isoformat(), outcome=said) for bar, said in bars]
    assert (await producer.post("/api/v1/decisions", {"items": items})).status == 200


async def test_events_are_counted_by_day_and_each_bar_once(hub: RunningHub) -> None:
    producer, name = await hub.producer(), a_strategy()
    first = datetime(2026, 10, 5, 20, tzinfo=UTC)
    bars = [(first + timedelta(hours=n), said) for n, said in enumerate(OUTCOMES)]
    await tell(producer, name, bars)
    await tell(producer, name, bars)  # a trader that was killed tells again
    found = (await days(hub, f"strategy={name}&since=2026-10-05&until=2026-10-06"))["items"]
    common = {"producer_id": producer.id, "strategy": name, "symbol": "XAUUSD", "heartbeat": 0}
    assert found == [
        common | {"day": "2026-10-06", "bar_closed": 2, "setup_found": 1, "order_built": 1, "blocked": 0},
        common | {"day": "2026-10-05", "bar_closed": 4, "setup_found": 2, "order_built": 1, "blocked": 1},
    ]
    assert (await days(hub, f"strategy={name}&since=2026-10-06&until=2026-10-06"))["items"] == found[:1]
    assert (await days(hub, f"strategy={name}&symbol=EURUSD&since=2026-10-05"))["items"] == []


async def test_heartbeats_stand_beside_what_was_decided(hub: RunningHub) -> None:
    producer, name, today = await hub.producer(), a_strategy(), clock.now()
    said = beat(strategy=name)
    for _ in range(3):
        assert (await producer.post("/api/v1/producers/heartbeat", said)).status == 200
    await tell(producer, name, [(today - timedelta(seconds=1), "placed")])
    [found] = (await days(hub, f"strategy={name}"))["items"]
    assert (found["day"], found["heartbeat"], found["order_built"]) == (f"{today:%Y-%m-%d}", 3, 1)


@pytest.mark.parametrize(
    "query",
    [
        "since=2026-10-06&until=2026-10-05",
        "since=2024-01-01&until=2026-01-01",
        "until=9999-12-31",
        "since=0001-01-01",
        "since=yesterday",
        "strategy=a%20b",
        "more=1",
    ],
)
async def test_what_cannot_be_counted_is_refused(hub: RunningHub, query: str) -> None:
    await days(hub, query, 422)


dates = st.none() | st.dates()


@given(dates, dates)
def test_days_are_some_and_not_too_many_or_refused(since: date | None, until: date | None) -> None:
    try:
        first, last = rules.days(since, until, TODAY)
    except Invalid:
        return
    assert first <= last <= TODAY + timedelta(days=1)
    assert 0 <= (last - first).days < rules.MOST
    assert since in (None, first) and until in (None, last)
