"""Nothing is copied into a market that closes soon, or has just jumped."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from hub.market.candles import service as candles
from hub.market.candles.models import Candle
from hub.trading.copying import market
from hub.trading.copying.settings import settings
from tests.hubs import RunningHub
from tests.trading.copiers import copying

WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)
FRIDAY_CLOSE = datetime(2026, 11, 27, 22, tzinfo=UTC)
SYMBOL = "EURUSD"
"""Of which no other test keeps candles."""


async def bars(hub: RunningHub, day: int, close: str, opened: str) -> None:
    """Two bars of that day: the one closed at `close`, the next opened at `opened`."""
    at = datetime(2026, 11, day, 10, tzinfo=UTC)
    for number, price in enumerate((Decimal(close), Decimal(opened))):
        candle = Candle(at + timedelta(hours=number), price, price, price, price, Decimal(1))
        await candles.store_closed(hub.res, SYMBOL, "H1", [candle])


async def said(hub: RunningHub, now: datetime, symbol: str = "XAUUSD") -> str:
    async with hub.res.db.transaction() as tx:
        return (await market.permits(tx, hub.res.settings.trading, symbol, now)).reason


async def test_hours_are_kept(hub: RunningHub) -> None:
    assert await said(hub, WEDNESDAY, "XAUUSD") == "ok"
    assert await said(hub, WEDNESDAY + timedelta(days=3), "XAUUSD") == "market_closed"
    assert await said(hub, FRIDAY_CLOSE - timedelta(minutes=3), "XAUUSD") in ("close_only", "market_closed")


async def test_a_market_that_has_just_jumped_is_left_alone(hub: RunningHub) -> None:
    assert await said(hub, WEDNESDAY, SYMBOL) == "ok"
    await bars(hub, 10, "1.1000", "1.1549")
    assert await said(hub, WEDNESDAY, SYMBOL) == "ok"
    await bars(hub, 11, "1.1000", "1.1551")
    assert await said(hub, WEDNESDAY, SYMBOL) == "price_gap"


async def test_what_the_market_keeps_out_pauses_nobody(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPY_KEEP_HOURS", "true")
    settings.cache_clear()
    try:
        mine = await copying(hub)
        await bars(hub, 12, "1.1000", "0.9900")
        outcome, reason = await mine.copied(instrument=SYMBOL)
    finally:
        settings.cache_clear()
    assert outcome == "kept_out" and reason in ("price_gap", "market_closed", "close_only")
    assert (await mine.status())["running"]
