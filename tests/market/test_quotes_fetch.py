"""Windows of ticks: exact, from the store, holes refilled."""

from datetime import timedelta
from decimal import Decimal

import pytest

from hub.market.candles.source import SourceAway
from hub.market.quotes import service
from hub.market.quotes.fetch import get_ticks
from hub.market.quotes.models import Tick
from hub.market.quotes.rules import BadTicks
from hub.market.quotes.settings import QuoteSettings
from tests.hubs import RunningHub
from tests.market.sources import MONDAY
from tests.market.ticks import Memory, steadily, tick
from tests.metrics import here, moved

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
UNCACHED = QuoteSettings(TICK_CACHE_SECONDS=0, TICK_RETRY_SECONDS=0.01)
NOON = MONDAY + timedelta(hours=12)


async def test_a_window_is_exact_and_what_is_stored_is_not_fetched_again(hub: RunningHub, name: str) -> None:
    source, before = Memory(steadily(NOON, 60)), here()
    for _ in range(2):
        found = await get_ticks(hub.res, source, name, NOON + MINUTE, NOON + 3 * MINUTE, settings=UNCACHED)
        assert [each.time for each in found] == [NOON + MINUTE + n * 10 * SECOND for n in range(12)]
    assert source.asked == [(NOON, NOON + 4 * MINUTE)]
    assert moved(before, "ticks_fetched_total") == {f"ticks_fetched_total{{symbol={name}}}": 24}


async def test_a_window_shorter_than_a_hole_is_filled_too(hub: RunningHub, name: str) -> None:
    source = Memory(steadily(NOON, 60, seconds=1))
    for start in (NOON + 10 * SECOND, NOON + 20 * SECOND):
        found = await get_ticks(hub.res, source, name, start, start + 5 * SECOND, settings=UNCACHED)
        assert [each.time for each in found] == [start + n * SECOND for n in range(5)]


async def test_holes_are_found_and_refilled_alone(hub: RunningHub, name: str) -> None:
    all_of_them = steadily(NOON, 66)
    holed = [each for n, each in enumerate(all_of_them) if not 20 < n < 30]
    await service.add_ticks(hub.res.db, name, "memory", holed)
    source = Memory(all_of_them)
    found = await get_ticks(hub.res, source, name, NOON, NOON + 10 * MINUTE, settings=UNCACHED)
    assert found == all_of_them[:60]
    assert source.asked == [(all_of_them[20].time, all_of_them[30].time)]


async def test_a_hole_that_stays_is_asked_for_once(hub: RunningHub, name: str) -> None:
    held = [each for n, each in enumerate(steadily(NOON, 66)) if not 20 < n < 40]
    source = Memory(held)
    for _ in range(3):
        found = await get_ticks(hub.res, source, name, NOON, NOON + 10 * MINUTE, settings=UNCACHED)
        assert found == held[:-6]
    assert len(source.asked) == 1


async def test_a_closed_market_is_not_asked_for(hub: RunningHub, name: str) -> None:
    saturday = MONDAY - timedelta(days=2)
    source = Memory([])
    assert await get_ticks(hub.res, source, name, saturday, saturday + 9 * MINUTE, settings=UNCACHED) == []
    assert source.asked == []


async def test_sources_are_apart(hub: RunningHub, name: str) -> None:
    for source in (Memory([tick(NOON, "1999")], name="one"), Memory([tick(NOON)], name="two")):
        found = await get_ticks(hub.res, source, name, NOON, NOON + 2 * MINUTE, settings=UNCACHED)
        assert (found, len(source.asked)) == (list(source.held), 1)


async def test_a_window_is_kept_for_a_short_while(hub: RunningHub, name: str) -> None:
    source, settings = Memory(steadily(NOON, 12)), QuoteSettings(TICK_CACHE_SECONDS=60)
    first = await get_ticks(hub.res, source, name, NOON, NOON + 2 * MINUTE, settings=settings)
    await service.add_ticks(hub.res.db, name, "memory", [tick(NOON, "1")])
    assert await get_ticks(hub.res, source, name, NOON, NOON + 2 * MINUTE, settings=settings) == first
    fresh = await get_ticks(hub.res, source, name, NOON, NOON + 2 * MINUTE, settings=UNCACHED)
    assert fresh[0].bid == Decimal(1)
    [key] = [key async for key in hub.res.redis.scan_iter(f"ticks:window:memory:{name}:*")]
    assert 0 < await hub.res.redis.ttl(key) <= 60


async def test_a_source_that_is_away_is_asked_again(hub: RunningHub, name: str) -> None:
    window = (NOON, NOON + 2 * MINUTE)
    with pytest.raises(SourceAway):
        await get_ticks(hub.res, Memory(steadily(NOON, 12), away=4), name, *window, settings=UNCACHED)
    source = Memory(steadily(NOON, 12), away=3)
    assert len(await get_ticks(hub.res, source, name, *window, settings=UNCACHED)) == 12


async def test_a_source_that_gives_no_ticks_is_refused_and_nothing_kept(hub: RunningHub, name: str) -> None:
    class Broken(Memory):
        async def ticks(self, *_: object) -> list[Tick]:
            return [tick(NOON), tick(NOON, "NaN")]

    with pytest.raises(BadTicks, match="price"):
        await get_ticks(hub.res, Broken([]), name, NOON, NOON + 2 * MINUTE, settings=UNCACHED)
    assert await hub.rows("select 1 from market.ticks where symbol = $1", name) == []
