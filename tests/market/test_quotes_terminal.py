"""Windows of ticks whose holes an MT5 terminal fills, a simulated one."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from msgspec import Struct

from hub.market.candles.source import SourceAway
from hub.market.quotes import service
from hub.market.quotes.fetch import get_ticks
from hub.market.quotes.models import Tick
from hub.market.quotes.settings import QuoteSettings
from tests.hubs import RunningHub
from tests.workers.mt5.markets import MINUTE, Market, walk
from tests.workers.mt5.worst import secrets
from workers.mt5.models import Quote
from workers.mt5.session import SessionManager
from workers.mt5.settings import Mt5Settings
from workers.mt5.simulated import Mood, SimulatedDriver
from workers.mt5.simulated.clock import START
from workers.mt5.simulated.listing import ticks_of
from workers.mt5.ticks import TerminalTicks

UNCACHED = QuoteSettings(TICK_CACHE_SECONDS=0, TICK_RETRY_SECONDS=0.01)
NOON = START + timedelta(hours=12)
MINUTES = timedelta(minutes=1)
SERVER = "Simulated-Demo"
GONE = Mood(no_login=1.0)


class Heard(SimulatedDriver):
    """Says which spans it was asked for."""

    asked: list[tuple[datetime, datetime]]

    def ticks(self, symbol: str, start: datetime, end: datetime) -> list[Quote]:
        self.asked.append((start, end))
        return super().ticks(symbol, start, end)


class Place(Struct):
    """A market whose terminal is asked by a session."""

    market: Market
    driver: Heard
    session: SessionManager

    def trade(self, minutes: int, *, closed: range = range(0)) -> None:
        """Bars from noon on, none in the minutes when it is `closed`."""
        for n, bar in enumerate(walk(7, minutes)):
            if n not in closed:
                self.market.step(bar._replace(time=int(NOON.timestamp()) + n * MINUTE))

    def source(self, name: str) -> TerminalTicks:
        return TerminalTicks(self.session, SERVER, {name: "GOLD.r"})

    def between(self, start: datetime, end: datetime) -> list[Tick]:
        """What the market was, four ticks a minute."""
        listing = self.market.broker.listings["GOLD.r"]
        ticks = [tick for bar in listing.bars for tick in ticks_of(bar, listing, timedelta(0))]
        return [Tick(each.at, each.bid, each.ask) for each in ticks if start <= each.at < end]


@pytest.fixture
def place() -> Iterator[Place]:
    market = Market()
    driver = Heard(market.broker, market.clock)
    driver.asked = []
    market.gateway._driver = driver
    settings = Mt5Settings(max_failures=1_000)
    yield Place(market, driver, SessionManager(market.gateway, secrets(), settings, clock=market.clock))
    market.gateway.close()


async def window(hub: RunningHub, place: Place, name: str, minutes: int, after: int = 0) -> list[Tick]:
    """So many minutes from so long after noon on."""
    start = NOON + after * MINUTES
    end = start + minutes * MINUTES
    return await get_ticks(hub.res, place.source(name), name, start, end, settings=UNCACHED)


async def test_an_empty_store_is_filled_from_the_terminal_once(
    hub: RunningHub, name: str, place: Place
) -> None:
    place.trade(30)
    first = await window(hub, place, name, 10, after=5)
    assert len(first) == 40
    assert first == place.between(NOON + 5 * MINUTES, NOON + 15 * MINUTES)
    assert first[0].ask - first[0].bid == Decimal("0.20")
    assert place.driver.asked == [(NOON + 4 * MINUTES, NOON + 16 * MINUTES)]
    assert await window(hub, place, name, 10, after=5) == first
    assert len(place.driver.asked) == 1


async def test_its_ticks_are_those_of_looks_through_the_same_terminal(
    hub: RunningHub, name: str, place: Place
) -> None:
    """What looks have brought is not asked for; a hole among it is."""
    place.trade(30)
    all_of_them = place.between(NOON, NOON + 30 * MINUTES)
    known = [each for n, each in enumerate(all_of_them) if not 40 < n < 60]
    await service.add_ticks(hub.res.db, name, "gateway:simulated-demo", known)
    assert await window(hub, place, name, 28, after=1) == all_of_them[4:116]
    assert place.driver.asked == [(all_of_them[40].time, all_of_them[60].time)]


async def test_a_hole_that_the_terminal_has_too_is_asked_for_once(
    hub: RunningHub, name: str, place: Place
) -> None:
    place.trade(30, closed=range(10, 15))
    for _ in range(3):
        assert len(await window(hub, place, name, 28, after=1)) == 4 * 23
    assert len(place.driver.asked) == 1


async def test_a_long_window_is_asked_for_by_the_hour(hub: RunningHub, name: str, place: Place) -> None:
    place.trade(150)
    assert len(await window(hub, place, name, 140, after=2)) == 560
    asked = place.driver.asked
    assert [end - start <= timedelta(hours=1) for start, end in asked] == [True] * 3
    assert [start for start, _ in asked[1:]] == [end for _, end in asked[:-1]]


async def test_a_session_that_was_lost_is_made_anew(hub: RunningHub, name: str, place: Place) -> None:
    place.trade(10)
    await place.session.ensure_connected()
    place.driver.shutdown()
    assert len(await window(hub, place, name, 8, after=1)) == 32


async def test_a_terminal_that_breaks_off_again_and_again_gives_all_in_the_end(
    hub: RunningHub, name: str, place: Place
) -> None:
    place.trade(150)
    whole = place.between(NOON, NOON + 150 * MINUTES)
    place.driver.mood = Mood(cut=0.15, no_login=0.15)
    patient = QuoteSettings(TICK_CACHE_SECONDS=0, TICK_RETRIES=20, TICK_RETRY_SECONDS=0.001)
    end = NOON + 150 * MINUTES
    found = await get_ticks(hub.res, place.source(name), name, NOON, end, settings=patient)
    place.driver.mood = Mood()
    assert place.driver.done["cut"] > 0
    assert found == whole


async def test_a_terminal_that_stays_away_is_told_and_nothing_is_kept(
    hub: RunningHub, name: str, place: Place
) -> None:
    place.trade(10)
    place.driver.mood = GONE
    with pytest.raises(SourceAway, match="MT5InitError"):
        await window(hub, place, name, 8, after=1)
    assert await hub.rows("select 1 from market.ticks where symbol = $1", name) == []
    assert place.driver.done["no_login"] == 4
    place.driver.mood = Mood()
    assert len(await window(hub, place, name, 8, after=1)) == 32


async def test_a_symbol_that_the_broker_does_not_list_is_away(
    hub: RunningHub, name: str, place: Place
) -> None:
    place.trade(10)
    with pytest.raises(SourceAway, match="UnknownSymbol"):
        await TerminalTicks(place.session, SERVER).ticks(name, NOON, NOON + MINUTES)


async def test_what_is_no_price_is_left_out(name: str, place: Place) -> None:
    """Below 0 a market has none that the hub takes."""
    place.trade(2)
    bar = place.market.broker.listings["GOLD.r"].bars[-1]
    place.market.broker.listings["GOLD.r"].bars[-1] = bar._replace(low=-1.0)
    found = await place.source(name).ticks(name, NOON, NOON + 2 * MINUTES)
    assert len(found) == 7
