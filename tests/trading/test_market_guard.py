"""The market guard: what stands closes, a crazy quote never does, and nothing does unless somebody wants it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.market.quotes.models import Tick
from hub.trading.risk import guard, rules
from hub.trading.risk.settings import settings
from tests.environment import environment
from tests.hubs import RunningHub
from tests.market.ticks import quote, taken
from tests.trading.closures import Account, account

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday."""
SATURDAY = NOON + timedelta(days=3)
SPREAD_BP, GAP_BP, SECONDS, FRESH = 50, 500, 30, timedelta(seconds=30)
DRY = ("2000.00", "2010.01")


def series(*spread_and_bid: tuple[str, str], every: int = 10) -> list[Tick]:
    """Ticks so many seconds apart, the last one at noon."""
    first = NOON - timedelta(seconds=every * (len(spread_and_bid) - 1))
    return [
        Tick(first + timedelta(seconds=n * every), Decimal(bid), Decimal(bid) + Decimal(spread))
        for n, (spread, bid) in enumerate(spread_and_bid)
    ]


def dry(ticks: list[Tick], now: datetime = NOON) -> bool:
    return not rules.dry(ticks, now, SPREAD_BP, SECONDS, FRESH).opens


def jump(ticks: list[Tick], now: datetime = NOON) -> datetime | None:
    found = rules.jumped(ticks, now, GAP_BP, SECONDS, FRESH)
    return found and found[1]


WIDE, NARROW = ("11", "2000"), ("1", "2000")
FAR, NEAR = ("1", "2101"), ("1", "2000")


def test_a_spread_that_stays_wide_is_dryness() -> None:
    assert dry(series(NARROW, WIDE, WIDE, WIDE, WIDE))
    assert not dry(series(NARROW, WIDE, WIDE, WIDE))
    assert not dry(series(WIDE, WIDE, NARROW, WIDE, WIDE, WIDE))
    assert not dry(series(WIDE, WIDE, WIDE, WIDE, NARROW))
    assert not dry([])


def test_silence_stands_for_nothing() -> None:
    assert dry(series(WIDE, WIDE, every=30))
    assert not dry(series(WIDE, WIDE, every=31))
    assert not dry(series(WIDE, WIDE, WIDE, WIDE), NOON + timedelta(seconds=31))


def test_a_jump_that_nothing_comes_back_from_is_one() -> None:
    assert jump(series(NEAR, NEAR, FAR, FAR, FAR, FAR)) == NOON - timedelta(seconds=30)
    assert jump(series(NEAR, NEAR, FAR, FAR, FAR)) is None
    assert jump(series(NEAR, NEAR, FAR, FAR, NEAR, FAR, FAR)) is None
    assert jump(series(NEAR, NEAR, FAR, FAR, FAR, FAR, NEAR)) is None
    assert jump(series(*(("1", str(2000 + 40 * n)) for n in range(9)))) is None
    assert jump([]) is None


calm = st.lists(
    st.tuples(st.integers(0, 90).map(lambda n: str(n / 10)), st.integers(2000, 2040).map(str)),
    min_size=1,
    max_size=20,
)
crazy = st.tuples(st.integers(0, 10_000).map(str), st.integers(1, 10_000).map(str))


@given(calm, st.integers(0, 20), crazy, st.integers(1, 30))
def test_a_single_quote_closes_nothing_however_crazy(
    given: list[tuple[str, str]], place: int, odd: tuple[str, str], every: int
) -> None:
    ticks = series(*given[:place], odd, *given[place:], every=every)
    assert not dry(ticks)
    assert jump(ticks) is None


@given(st.lists(crazy, max_size=30), st.integers(1, 60))
def test_what_is_said_to_stand_has_stood(given: list[tuple[str, str]], every: int) -> None:
    ticks = series(*given, every=every)
    if dry(ticks):
        last = [each for each in ticks if each.time >= NOON - timedelta(seconds=SECONDS)]
        assert len(last) > 1
        assert all((each.ask - each.bid) * 10_000 > each.bid * SPREAD_BP for each in last)
    if at := jump(ticks):
        assert at <= NOON - timedelta(seconds=SECONDS)


@pytest.fixture
def closing() -> Iterator[None]:
    with environment(settings, MARKET_GUARD_CLOSES="true"):
        yield


async def quoted(
    mine: Account, *prices: tuple[str, str], own: bool = True, source: str | None = None
) -> None:
    """By the account's own terminal, ten seconds apart until noon."""
    first = NOON - timedelta(seconds=10 * (len(prices) - 1))
    given = [
        quote("XAUUSD", first + timedelta(seconds=10 * n), *each, source=source or f"account:{mine.id}")
        for n, each in enumerate(prices)
    ]
    await taken(mine.hub, *given, own=own)


async def guarded(mine: Account, now: datetime = NOON) -> list[tuple[str, str, str]]:
    """Which positions are closed, why, and that they are warned of."""
    await guard.guard(mine.hub.res, now)
    return [(each["ticket"], each["reason"], each["state"]) for each in await mine.closures()]


async def opened(mine: Account, ticket: str, at: datetime, symbol: str = "GOLD") -> None:
    query = "update trading.positions set opened_at = $3, symbol = $4 where account_id = $1 and ticket = $2"
    await mine.hub.res.db.execute(query, mine.id, ticket, at, symbol)


async def test_nothing_is_closed_unless_somebody_wants_it(hub: RunningHub) -> None:
    mine = await account(hub)
    await quoted(mine, DRY, DRY, DRY, DRY)
    assert await guarded(mine) == []


async def test_a_dry_market_closes_what_is_open_in_it_and_the_owner_is_told(
    hub: RunningHub, closing: None
) -> None:
    mine = await account(hub, 3)
    await opened(mine, "102", NOON, "EURUSD")
    await quoted(mine, DRY, DRY, DRY, DRY)
    for _ in range(2):
        assert await guarded(mine) == [("100", "liquidity", "warned"), ("101", "liquidity", "warned")]
    [first, _] = await mine.closures()
    assert first["detail"] == {"bid": "2000.00", "ask": "2010.01", "limit_bp": 50, "symbol": "XAUUSD"}
    assert await hub.alerts(mine.id) == ["market.guard"]
    assert await mine.audited() == ["closure.decide"] * 2


async def test_a_jump_closes_what_was_open_before_it(hub: RunningHub, closing: None) -> None:
    mine = await account(hub, 2)
    await opened(mine, "100", NOON - timedelta(hours=1))
    await opened(mine, "101", NOON - timedelta(seconds=5))
    await quoted(mine, *[("2000", "2001")] * 2, *[("1899", "1900")] * 4)
    assert await guarded(mine) == [("100", "price_gap", "warned")]


async def test_a_market_that_is_closed_is_left_alone(hub: RunningHub, closing: None) -> None:
    mine = await account(hub)
    await taken(
        hub,
        *(
            quote("XAUUSD", SATURDAY - timedelta(seconds=10 * n), *DRY, source=f"account:{mine.id}")
            for n in range(4)
        ),
        own=True,
    )
    assert await guarded(mine, SATURDAY) == []


async def test_only_the_account_s_own_broker_is_heard(hub: RunningHub, closing: None) -> None:
    mine, other = await account(hub), await account(hub)
    await quoted(mine, DRY, DRY, DRY, DRY, source="gateway:another", own=False)
    await quoted(mine, DRY, DRY, DRY, DRY, source=f"account:{other.id}")
    assert await guarded(mine) == []
    [[server]] = await hub.rows("select server from trading.accounts where id = $1", mine.id)
    await quoted(mine, DRY, DRY, DRY, DRY, source=f"gateway:{server.lower()}", own=False)
    assert await guarded(mine) == [("100", "liquidity", "warned")]
