"""Windows: exact, checked, from the store, holes refilled."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.market.candles import service
from hub.market.candles.fetch import TooFew, get_candles
from hub.market.candles.models import Candle
from hub.market.candles.rules import BadBars
from hub.market.candles.settings import CandleSettings
from hub.market.candles.source import NewestFirst, SourceAway
from tests.hubs import RunningHub
from tests.market.sources import MONDAY, Memory, candle, hours
from tests.metrics import here, moved
from workers.source import FileSource

HOUR = timedelta(hours=1)
UNCACHED = CandleSettings(cache_seconds=0, retry_seconds=0.01)
WEDNESDAY = MONDAY + timedelta(days=2)


def times(candles: list[Candle]) -> list[datetime]:
    return [each.time for each in candles]


async def test_a_window_has_its_length_and_ends_with_the_last_closed_bar(hub: RunningHub, name: str) -> None:
    source = Memory(hours(MONDAY, 48))
    for minutes in (0, 1, 59):
        end = WEDNESDAY - 3 * HOUR + timedelta(minutes=minutes)
        found = await get_candles(hub.res, source, name, "H1", 30, end, settings=UNCACHED)
        assert times(found) == [MONDAY + n * HOUR for n in range(15, 45)]


async def test_what_is_stored_is_not_fetched_again(hub: RunningHub, name: str) -> None:
    source = Memory(hours(MONDAY, 48))
    before = here()
    for end in (WEDNESDAY, WEDNESDAY - HOUR):
        await get_candles(hub.res, source, name, "H1", 10, end, settings=UNCACHED)
    await get_candles(hub.res, source, name, "H1", 12, WEDNESDAY, settings=UNCACHED)
    assert source.asked == [
        (WEDNESDAY - 10 * HOUR, WEDNESDAY),
        (WEDNESDAY - 11 * HOUR, WEDNESDAY - 10 * HOUR),
        (WEDNESDAY - 12 * HOUR, WEDNESDAY - 11 * HOUR),
    ]
    counted = moved(before, "candles_fetched_total", "fetch_duration_seconds")
    assert counted == {
        f"candles_fetched_total{{symbol={name},tf=H1}}": 12, "fetch_duration_seconds_count": 3,
    }  # fmt: skip


async def test_holes_are_found_and_refilled_alone(hub: RunningHub, name: str) -> None:
    all_of_them = hours(MONDAY, 48)
    kept = [each for n, each in enumerate(all_of_them) if n not in (30, 31, 40)]
    await service.store_closed(hub.res, name, "H1", kept)
    source = Memory(all_of_them)
    found = await get_candles(hub.res, source, name, "H1", 24, WEDNESDAY, settings=UNCACHED)
    assert times(found) == times(all_of_them[24:])
    assert source.asked == [
        (MONDAY + 30 * HOUR, MONDAY + 32 * HOUR),
        (MONDAY + 40 * HOUR, MONDAY + 41 * HOUR),
    ]


async def test_a_holiday_is_made_up_with_earlier_bars_and_asked_for_once(hub: RunningHub, name: str) -> None:
    held = [each for n, each in enumerate(hours(MONDAY, 48)) if n not in range(20, 26)]
    source = Memory(held)
    found = await get_candles(hub.res, source, name, "H1", 24, WEDNESDAY, settings=UNCACHED)
    assert (len(found), found[0].time) == (24, MONDAY + 18 * HOUR)
    asked = len(source.asked)
    again = await get_candles(hub.res, source, name, "H1", 24, WEDNESDAY, settings=UNCACHED)
    assert (again, len(source.asked)) == (found, asked)


async def test_a_weekend_is_no_hole(hub: RunningHub, name: str) -> None:
    """The currency market closes on Friday at 17:00 New York: 22:00 UTC in winter."""
    friday = MONDAY - timedelta(days=3)
    source = Memory([*hours(friday, 22), *hours(MONDAY - 2 * HOUR, 10)])
    found = await get_candles(hub.res, source, name, "H1", 20, MONDAY + 8 * HOUR, settings=UNCACHED)
    assert [found[0].time, found[9].time, found[10].time] == [
        friday + 12 * HOUR, friday + 21 * HOUR, MONDAY - 2 * HOUR,
    ]  # fmt: skip
    assert source.asked == [(friday + 12 * HOUR, MONDAY + 8 * HOUR)]


async def test_too_few_bars_are_not_a_window(hub: RunningHub, name: str) -> None:
    with pytest.raises(TooFew, match="5 of 6 bars"):
        await get_candles(
            hub.res, Memory(hours(MONDAY, 5)), name, "H1", 6, MONDAY + 5 * HOUR, settings=UNCACHED
        )


async def test_a_window_is_kept_for_a_short_while(hub: RunningHub, name: str) -> None:
    source, settings = Memory(hours(MONDAY, 48)), CandleSettings(cache_seconds=60)
    first = await get_candles(hub.res, source, name, "H1", 10, WEDNESDAY, settings=settings)
    await hub.res.db.execute("update market.candles set close = 1 where symbol = $1", name)
    assert await get_candles(hub.res, source, name, "H1", 10, WEDNESDAY, settings=settings) == first
    fresh = await get_candles(hub.res, source, name, "H1", 10, WEDNESDAY, settings=UNCACHED)
    assert {each.close for each in fresh} == {Decimal(1)}
    [key] = [key async for key in hub.res.redis.scan_iter(f"candles:window:{name}:*")]
    assert 0 < await hub.res.redis.ttl(key) <= 60


async def test_a_source_that_is_away_is_asked_again(hub: RunningHub, name: str) -> None:
    source = Memory(hours(MONDAY, 48), away=3)
    assert len(await get_candles(hub.res, source, name, "H1", 10, WEDNESDAY, settings=UNCACHED)) == 10
    gone = Memory(hours(MONDAY, 48), away=4)
    with pytest.raises(SourceAway):
        await get_candles(hub.res, gone, name, "H1", 20, WEDNESDAY, settings=UNCACHED)


good = candle(WEDNESDAY - HOUR)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (replace(good, close=Decimal("NaN")), "no number above 0"),
        (replace(good, low=Decimal(0)), "no number above 0"),
        (replace(good, volume=Decimal(-1)), "volume"),
        (replace(good, high=Decimal(1)), "between low and high"),
        (replace(good, time=good.time + timedelta(minutes=1)), "does not open a bar"),
        (replace(good, time=good.time.replace(tzinfo=None)), "not UTC"),
        (replace(good, time=good.time - HOUR), "does not follow"),
        (replace(good, time=good.time + HOUR), "nobody asked"),
    ],
)
async def test_a_source_that_gives_no_bars_is_refused_and_nothing_kept(
    hub: RunningHub, name: str, bad: Candle, why: str
) -> None:
    class Broken:
        async def candles(self, *_: object) -> list[Candle]:
            return [candle(WEDNESDAY - 2 * HOUR), bad]

    with pytest.raises(BadBars, match=why):
        await get_candles(hub.res, Broken(), name, "H1", 2, WEDNESDAY, settings=UNCACHED)
    assert await hub.rows("select 1 from market.candles where symbol = $1", name) == []


async def test_a_terminal_that_only_knows_its_newest_bars_is_a_source_without_the_forming_one() -> None:
    asked: list[tuple[int, int]] = []

    async def newest(symbol: str, seconds: int, count: int) -> list[Candle]:
        asked.append((seconds, count))
        return hours(WEDNESDAY - (count - 1) * HOUR, count)

    now = WEDNESDAY + timedelta(minutes=30)
    source = NewestFirst(newest, now=lambda: now)
    given = await source.candles("XAUUSD", "H1", WEDNESDAY - 5 * HOUR, WEDNESDAY + HOUR)
    assert [each.time for each in given] == [WEDNESDAY - n * HOUR for n in (5, 4, 3, 2, 1)]
    assert asked == [(3600, 7)]
    assert await source.candles("XAUUSD", "H1", WEDNESDAY + 9 * HOUR, WEDNESDAY + 10 * HOUR) == []


async def test_200_hours_of_gold(hub: RunningHub, data: Path) -> None:
    source = FileSource(data / "XAUUSD_H1_ejtrader_2012-2022_utc.csv.gz", "XAUUSD", "H1")
    end = datetime(2019, 5, 15, 12, tzinfo=UTC)
    found = await get_candles(hub.res, source, "XAUUSD", "H1", 200, end, settings=UNCACHED)
    assert (len(found), found[-1].time) == (200, end - HOUR)
    assert all(each.time.tzinfo is UTC or not each.time.utcoffset() for each in found)
    raw = await source.candles("XAUUSD", "H1", found[0].time, end)
    assert list(found) == list(raw)
