"""Nothing is copied into a market that closes soon, or has just jumped."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from hub.market.candles import service as candles
from hub.market.candles.models import Candle
from hub.trading.copying import market
from hub.trading.copying.settings import settings
from hub.trading.risk.settings import settings as risk_settings
from tests.environment import environment
from tests.hubs import RunningHub, now_text
from tests.market.ticks import nobody_quotes, quote, taken
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


async def said(hub: RunningHub, now: datetime, symbol: str = "XAUUSD", sources: tuple[str, ...] = ()) -> str:
    async with hub.res.db.transaction() as tx:
        return (await market.permits(tx, hub.res.settings.trading, symbol, now, sources)).reason


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


async def test_what_the_market_keeps_out_pauses_nobody(hub: RunningHub) -> None:
    with environment(settings, COPY_KEEP_HOURS="true"):
        mine = await copying(hub)
        await bars(hub, 12, "1.1000", "0.9900")
        outcome, reason = await mine.copied(instrument=SYMBOL)
    assert outcome == "kept_out" and reason in ("price_gap", "market_closed", "close_only")
    assert (await mine.status())["running"]


DRY, LIQUID = ("6000", "6031"), ("6000", "6029")
"""More than half a percent of the bid, and less."""


@pytest.fixture(autouse=True)
async def _nobody_quotes(hub: RunningHub) -> None:
    """Whatever the house's terminals quoted in a test before, they do not any more."""
    await nobody_quotes(hub, "US500")


async def quoted(hub: RunningHub, source: str, prices: tuple[str, str], at: datetime, *, own: bool) -> None:
    await taken(hub, quote("US500", at, *prices, source=source), own=own)


async def test_a_dry_market_is_left_alone_by_what_the_person_s_own_broker_quotes(hub: RunningHub) -> None:
    mine, house = f"account:{uuid4()}", f"gateway:{uuid4()}"
    assert await said(hub, WEDNESDAY, "US500", (mine,)) == "ok"
    await quoted(hub, house, DRY, WEDNESDAY, own=False)
    assert await said(hub, WEDNESDAY, "US500", (mine,)) == "spread"
    await quoted(hub, mine, LIQUID, WEDNESDAY, own=True)
    assert await said(hub, WEDNESDAY, "US500", (mine,)) == "ok"
    assert await said(hub, WEDNESDAY, "US500") == "spread"
    await quoted(hub, mine, DRY, WEDNESDAY + timedelta(seconds=1), own=True)
    await quoted(hub, house, LIQUID, WEDNESDAY + timedelta(seconds=2), own=False)
    assert await said(hub, WEDNESDAY, "US500", (mine,)) == "spread"
    assert await said(hub, WEDNESDAY, "US500") == "ok"


async def test_a_stale_quote_judges_nothing(hub: RunningHub) -> None:
    mine, at = f"account:{uuid4()}", WEDNESDAY + timedelta(minutes=30)
    await quoted(hub, mine, DRY, at, own=True)
    assert await said(hub, at + timedelta(seconds=29), "US500", (mine,)) == "spread"
    assert await said(hub, at + timedelta(seconds=30), "US500", (mine,)) == "ok"


async def test_nobody_asks_when_liquidity_is_not_to_be_checked(hub: RunningHub) -> None:
    mine, at = f"account:{uuid4()}", WEDNESDAY + timedelta(minutes=45)
    await quoted(hub, mine, DRY, at, own=True)
    with environment(risk_settings, LIQUIDITY_CHECK_ENABLED="false"):
        assert await said(hub, at, "US500", (mine,)) == "ok"


async def test_the_terminal_s_own_quote_keeps_a_signal_out_of_a_dry_market(hub: RunningHub) -> None:
    with environment(settings, COPY_KEEP_HOURS="true"):
        mine = await copying(hub)
        dry = {"symbol": "US500", "bid": DRY[0], "ask": DRY[1], "time": now_text()}
        await mine.look(1, quotes=[dry])
        outcome, reason = await mine.copied(instrument="US500")
    assert outcome == "kept_out" and reason in ("spread", "market_closed", "close_only")
    assert (await mine.status())["running"]
