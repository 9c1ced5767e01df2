"""What lies behind the first page: older signals, older executions, older candles."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from playwright.async_api import Page, expect

from hub.core.embedded import Endpoints
from hub.market.candles import service as candles
from hub.market.candles.models import Candle
from tests.browser import pages
from tests.browser.conftest import OpenPage
from tests.hubs import PASSWORD, RunningHub
from tests.trading.papers import Market

pytestmark = pytest.mark.browser

FIRST_PAGE = 100
BARS = 700
SYMBOL = "US500"


async def test_older_signals_follow_and_are_no_news(hub: RunningHub, open_page: OpenPage) -> None:
    producer, person = await hub.producer(), await hub.person()
    oldest = await producer.opened()
    for _ in range(FIRST_PAGE):
        await producer.opened()
    page = await open_page()
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    await expect(page.get_by_test_id("signal-row")).to_have_count(FIRST_PAGE)
    await expect(pages.row(page, oldest)).to_have_count(0)
    await page.get_by_test_id("show-older").click()
    await expect(pages.row(page, oldest)).to_have_count(1)
    await expect(pages.row(page, oldest)).not_to_contain_class("animate-arrive")
    newest = await producer.opened()
    await expect(pages.row(page, newest)).to_contain_class("animate-arrive")
    assert (await pages.known_ids(page))[0] == newest


async def test_older_executions_follow(hub: RunningHub, open_page: OpenPage) -> None:
    producer, person = await hub.producer(), await hub.person()
    device = await hub.device(person)
    made = [await producer.opened() for _ in range(FIRST_PAGE + 1)]
    for signal_id in made:
        assert (await hub.approve(person, signal_id)).status == 201
    while commands := (await device.poll()).body["commands"]:
        for command in commands:
            assert (await device.ack(command["id"], "placed", broker_ticket="7")).status == 200
    page = await open_page()
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    await page.get_by_role("link", name="Executions").click()
    rows = page.get_by_test_id("execution-row")
    for shown in range(20, FIRST_PAGE + 1, 20):
        await expect(rows).to_have_count(shown)
        await page.get_by_test_id("show-older").click()
    await expect(rows).to_have_count(FIRST_PAGE + 1)
    await expect(page.get_by_test_id("show-older")).to_have_count(0)


async def test_the_chart_loads_what_was_before_its_left_edge(
    hub: RunningHub, servers: Endpoints, open_page: OpenPage
) -> None:
    await Market(hub).empty(servers.owner_dsn)
    await candles.store_closed(hub.res, SYMBOL, "H1", bars())
    person = await hub.person()
    page = await open_page()
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    await pages.open_signal(page, await (await hub.producer()).opened(instrument=SYMBOL))
    await expect(page.get_by_test_id("price-chart").locator("canvas").first).to_be_visible()
    for oldest in (400, 100):
        async with page.expect_response(lambda answer: "until=" in answer.url) as answered:
            async with asyncio.timeout(20):
                while not answered.is_done():
                    await drag_to_the_past(page)
        found = (await (await answered.value).json())["items"]
        assert found[0]["time"] == text(opening(max(0, oldest - 300)))
        assert found[-1]["time"] == text(opening(oldest - 1))


async def drag_to_the_past(page: Page) -> None:
    """Pull the chart to the right by most of its width."""
    box = await page.get_by_test_id("price-chart").bounding_box()
    assert box
    left, right, middle = box["x"] + 20, box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2
    await page.mouse.move(left, middle)
    await page.mouse.down()
    await page.mouse.move(right, middle, steps=4)
    await page.mouse.up()


def bars() -> list[Candle]:
    return [
        Candle(opening(n), Decimal("1620"), Decimal("1640"), Decimal("1610"), Decimal("1630"), Decimal(1))
        for n in range(BARS)
    ]


def opening(place: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=place)


def text(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")
