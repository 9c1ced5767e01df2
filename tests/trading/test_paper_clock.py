"""Paper orders in a market of long ago: they are placed where its newest candle closed."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from hub.trading.paper.settings import settings
from tests.environment import environment
from tests.hubs import RunningHub
from tests.trading.papers import SYMBOL, Market, advance, paper, states


@pytest.fixture
def long_ago(market: Market) -> Iterator[Market]:
    market.next = datetime(2021, 3, 1, tzinfo=UTC)
    with environment(settings, PAPER_CLOCK="market"):
        yield market


async def test_an_order_is_filled_by_bars_after_it_and_by_none_before(
    hub: RunningHub, long_ago: Market
) -> None:
    await long_ago.quiet()
    await long_ago.rise()
    mine = await paper(hub)
    await mine.approve()
    await advance(hub)
    assert await states(mine) == ["pending"]
    await long_ago.quiet()
    await advance(hub)
    assert await states(mine) == ["open"]
    await long_ago.rise()
    await mine.approve()
    await advance(hub)
    assert sorted(await states(mine)) == ["closed", "pending"]
    [ended] = (await mine.statement())["ended"]
    assert ended["closed_at"] == "2021-03-01T03:00:00Z"


async def test_by_the_wall_clock_the_same_order_waits(hub: RunningHub, market: Market) -> None:
    market.next = datetime(2021, 3, 1, tzinfo=UTC)
    mine = await paper(hub)
    await mine.approve()
    for _ in range(3):
        await market.rise()
    await advance(hub)
    assert await states(mine) == ["pending"]


async def test_a_cancelled_signal_takes_its_order_back(hub: RunningHub, long_ago: Market) -> None:
    await long_ago.quiet()
    mine = await paper(hub)
    producer = await hub.producer()
    low = {"order_type": "limit", "entry": "4900", "stop": "4890", "target": "4920"}
    signal_id = await producer.opened(instrument=SYMBOL, **low)
    assert (await hub.approve(mine.person, signal_id)).status == 201
    await long_ago.quiet()
    assert (await producer.cancel(signal_id)).status == 200
    await long_ago.bar("5000", "5001", "4895", "4900")
    await advance(hub)
    assert await states(mine) == ["cancelled"]
