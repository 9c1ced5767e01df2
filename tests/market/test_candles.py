"""Candles: kept, served, announced."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from hub.market.candles import service
from hub.market.candles.models import Candle
from tests.hubs import RunningHub

START = datetime(2026, 11, 1, tzinfo=UTC)


def candle(hour: int, close: str = "2000.5") -> Candle:
    prices = (Decimal("2000"), Decimal("2001"), Decimal("1999"), Decimal(close))
    return Candle(START + timedelta(hours=hour), *prices, Decimal("12"))


def symbol() -> str:
    return "T" + uuid4().hex[:12].upper()


async def fetch(hub: RunningHub, query: str) -> list[dict[str, str]]:
    answer = await hub.call("GET", f"/api/v1/candles?{query}", headers=(await hub.person()).bearer)
    assert answer.status == 200, answer.raw
    return list(answer.body["items"])


async def test_the_newest_candles_come_oldest_first(hub: RunningHub) -> None:
    name = symbol()
    await service.store_closed(hub.res, name, "H1", [candle(hour) for hour in range(10)])
    items = await fetch(hub, f"symbol={name}&timeframe=H1&limit=3")
    assert [item["time"] for item in items] == [f"2026-11-01T0{hour}:00:00Z" for hour in (7, 8, 9)]
    assert Decimal(items[0]["close"]) == Decimal("2000.5") and isinstance(items[0]["close"], str)


async def test_until_is_not_included(hub: RunningHub) -> None:
    name = symbol()
    await service.store_closed(hub.res, name, "H1", [candle(hour) for hour in range(10)])
    items = await fetch(hub, f"symbol={name}&until=2026-11-01T05:00:00Z&limit=2")
    assert [item["time"] for item in items] == ["2026-11-01T03:00:00Z", "2026-11-01T04:00:00Z"]


async def test_a_known_candle_stays_as_it_is(hub: RunningHub) -> None:
    name = symbol()
    await service.store_closed(hub.res, name, "H1", [candle(1)])
    await service.store_closed(hub.res, name, "H1", [candle(1, "1999.5"), candle(2)])
    items = await fetch(hub, f"symbol={name}")
    assert [Decimal(item["close"]) for item in items] == [Decimal("2000.5"), Decimal("2000.5")]


async def test_timeframes_are_apart(hub: RunningHub) -> None:
    name = symbol()
    await service.store_closed(hub.res, name, "H4", [candle(4)])
    assert await fetch(hub, f"symbol={name}&timeframe=H1") == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("timeframe=H1", "/symbol"),
        ("symbol=xauusd", "/symbol"),
        ("symbol=XAUUSD&timeframe=H2", "/timeframe"),
        ("symbol=XAUUSD&limit=0", "/limit"),
        ("symbol=XAUUSD&limit=2001", "/limit"),
        ("symbol=XAUUSD&limit=ten", "/limit"),
        ("symbol=XAUUSD&until=yesterday", "/until"),
        ("symbol=XAUUSD&more=1", "/more"),
    ],
)
async def test_a_bad_query_is_refused_with_a_pointer(hub: RunningHub, query: str, pointer: str) -> None:
    answer = await hub.call("GET", f"/api/v1/candles?{query}", headers=(await hub.person()).bearer)
    assert answer.status == 422, answer.raw
    assert answer.body["errors"][0]["pointer"] == pointer


async def test_a_time_that_postgresql_cannot_hold_is_refused(hub: RunningHub) -> None:
    query = "symbol=XAUUSD&until=0001-01-01T00:00:00%2B23:59"
    answer = await hub.call("GET", f"/api/v1/candles?{query}", headers=(await hub.person()).bearer)
    assert answer.status == 422, answer.raw
