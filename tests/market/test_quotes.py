"""Quotes: kept, refused, served, told."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from hub.core import clock
from hub.market.quotes import service, store
from hub.market.quotes.settings import settings
from tests.hubs import RunningHub
from tests.market.ticks import quote, taken, tick
from tests.metrics import here, moved
from tests.stream.sockets import signed_in

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


async def known(hub: RunningHub, name: str) -> list[tuple[object, ...]]:
    query = "select source, bid, ask, time from market.quotes where symbol = $1 order by source"
    return [tuple(row) for row in await hub.rows(query, name)]


async def kept(hub: RunningHub, name: str) -> list[tuple[object, ...]]:
    query = "select source, bid, time from market.ticks where symbol = $1 order by time, source, bid"
    return [tuple(row) for row in await hub.rows(query, name)]


async def test_the_newest_of_each_source_is_known_whatever_the_order(hub: RunningHub, name: str) -> None:
    await taken(hub, quote(name, AT + SECOND, "2001", "2002"), quote(name, AT, "1999"))
    await taken(hub, quote(name, AT - SECOND, "1998"))
    await taken(hub, quote(name, AT, "1990", source="gateway:other"))
    assert await known(hub, name) == [
        ("gateway:demo", Decimal(2001), Decimal(2002), AT + SECOND),
        ("gateway:other", Decimal(1990), Decimal("2000.20"), AT),
    ]
    assert [row[1] for row in await kept(hub, name)] == [1998, 1999, 1990, 2001]


async def test_the_same_again_is_nothing_new(hub: RunningHub, name: str) -> None:
    before = here()
    for _ in range(2):
        await taken(hub, quote(name, AT), quote(name, AT))
    assert len(await kept(hub, name)) == 1
    counted = moved(before, "quotes_taken_total")
    assert counted == {"quotes_taken_total{result=new}": 1, "quotes_taken_total{result=old}": 3}


async def test_another_price_of_the_same_moment_is_a_tick_and_the_first_stays(
    hub: RunningHub, name: str
) -> None:
    await taken(hub, quote(name, AT, "2000"))
    await taken(hub, quote(name, AT, "1999"))
    assert [row[1] for row in await kept(hub, name)] == [1999, 2000]
    assert [row[1] for row in await known(hub, name)] == [2000]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"bid": "0"}, "price"),
        ({"bid": "-1"}, "price"),
        ({"bid": "NaN"}, "price"),
        ({"bid": "sNaN"}, "price"),
        ({"ask": "Infinity"}, "price"),
        ({"ask": "1e300"}, "price"),
        ({"bid": "1e-300"}, "price"),
        ({"ask": "1999.99"}, "crossed"),
        ({"at": datetime.min.replace(tzinfo=UTC)}, "time"),
        ({"at": datetime.max.replace(tzinfo=UTC)}, "future"),
        ({"symbol": "x"}, "symbol"),
    ],
)
async def test_a_bad_quote_is_counted_and_costs_no_other(
    hub: RunningHub, name: str, bad: dict[str, str], why: str
) -> None:
    before = here()
    given = {"symbol": name, "at": AT + SECOND} | bad
    await taken(hub, quote(**given), quote(name, AT))  # type: ignore[arg-type]
    assert [row[3] for row in await known(hub, name)] == [AT]
    assert moved(before, "quotes_taken_total") == {
        f"quotes_taken_total{{result={why}}}": 1, "quotes_taken_total{result=new}": 1,
    }  # fmt: skip


async def test_a_clock_may_be_a_little_ahead(hub: RunningHub, name: str) -> None:
    now = clock.now()
    await taken(hub, quote(name, now + timedelta(seconds=60)))
    assert await known(hub, name) == []
    await taken(hub, quote(name, now + timedelta(seconds=3)))
    assert len(await known(hub, name)) == 1


async def fetch(hub: RunningHub, query: str = "") -> list[dict[str, object]]:
    answer = await hub.call("GET", f"/api/v1/quotes{query}", headers=(await hub.person()).bearer)
    assert answer.status == 200, answer.raw
    return list(answer.body["items"])


async def test_the_newest_is_served_with_age_and_spread(hub: RunningHub, name: str) -> None:
    assert await fetch(hub, f"?symbol={name}") == []
    now = clock.now()
    await taken(
        hub,
        quote(name, now - timedelta(seconds=90)),
        quote(name, now - timedelta(seconds=2), source="owner:b"),
    )
    [item] = await fetch(hub, f"?symbol={name}")
    assert (item["source"], item["spread"], item["stale"]) == ("owner", "0.20", False)
    age = item["age_seconds"]
    assert isinstance(age, float) and 2 <= age < 20
    assert name in {each["symbol"] for each in await fetch(hub)}


async def test_from_what_age_on_a_quote_is_stale_is_told(hub: RunningHub, name: str) -> None:
    bearer = (await hub.person()).bearer
    answer = await hub.call("GET", f"/api/v1/quotes?symbol={name}", headers=bearer)
    assert answer.body == {"items": [], "fresh_seconds": settings().fresh_seconds}


async def test_an_old_quote_is_stale(hub: RunningHub, name: str) -> None:
    await taken(hub, quote(name, clock.now() - timedelta(seconds=31)))
    [item] = await fetch(hub, f"?symbol={name}")
    assert item["stale"] is True


async def test_a_bad_symbol_is_refused_with_a_pointer(hub: RunningHub) -> None:
    answer = await hub.call("GET", "/api/v1/quotes?symbol=xau!", headers=(await hub.person()).bearer)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/symbol")


async def test_nobody_is_shown_or_told_what_somebody_s_own_terminal_quotes(
    hub: RunningHub, name: str
) -> None:
    await taken(hub, quote(name, clock.now(), source="account:1"), own=True)
    assert await fetch(hub, f"?symbol={name}") == []
    await service.tell(hub.res)
    assert await hub.rows("select 1 from market.told_quotes where symbol = $1", name) == []


async def told_ago(hub: RunningHub, name: str, seconds: float) -> None:
    """As if the last quote had been told so long ago; below 0: in so long."""
    at = clock.now() - timedelta(seconds=seconds)
    await hub.res.db.execute("update market.told_quotes set told_at = $2 where symbol = $1", name, at)


async def test_the_newest_is_told_once_a_second(hub: RunningHub, name: str) -> None:
    async with signed_in(hub) as stream:
        await stream.sub(f"quotes:{name}")
        await taken(hub, quote(name, AT))
        await service.tell(hub.res)
        await told_ago(hub, name, -60)
        for n in range(1, 4):
            await taken(hub, quote(name, AT + n * SECOND, f"200{n}", "2010"))
            await service.tell(hub.res)
        for seconds in (1, 1):  # what was told is not told again
            await told_ago(hub, name, seconds)
            await service.tell(hub.res)
        await taken(hub, quote(name, AT + 9 * SECOND))
        await told_ago(hub, name, 1)
        await service.tell(hub.res)
        events = await stream.take(3)
    assert [event["type"] for event in events] == ["quote.changed"] * 3
    assert [event["data"]["time"][17:19] for event in events] == ["00", "03", "09"]
    assert events[1]["data"] == {
        "time": "2026-11-25T12:00:03Z", "bid": "2003", "ask": "2010", "symbol": name, "source": "gateway",
    }  # fmt: skip


async def test_workers_at_once_tell_a_quote_once(hub: RunningHub, name: str) -> None:
    for n in range(5):
        await taken(hub, quote(name, AT + n * SECOND))
        if n:
            await told_ago(hub, name, 1)
        told = await asyncio.gather(*(service.tell(hub.res) for _ in range(6)))
        assert sum(told) == 1


async def test_ticks_are_forgotten_when_they_were_kept_for_long_enough(hub: RunningHub, name: str) -> None:
    """However old they were when they came; those of somebody's own terminal after an hour."""
    now, ages = clock.now(), {"old": timedelta(days=31), "new": timedelta(days=29)}
    for source, age in ages.items():
        await store.add_ticks(hub.res.db, name, source, [tick(AT - timedelta(days=3_000))], now - age)
    for source, age in {"account:1": timedelta(minutes=61), "account:2": timedelta(minutes=59)}.items():
        await store.take(hub.res.db, [quote(name, AT, source=source)], True, now - age)
    await service.forget(hub.res)
    assert [row[0] for row in await kept(hub, name)] == ["new", "account:2"]
