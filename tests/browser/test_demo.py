"""The whole product as `make run` starts it: what somebody sees in their first minutes, and after a restart."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, TimeoutError, expect

from tests.browser import pages
from tests.browser.conftest import OpenPage
from tests.browser.demo import RunningDemo, free_ports, running_demo

pytestmark = pytest.mark.browser

FROM_THE_TERMINAL = re.compile("^(placed|closed|failed|refused)$")


@pytest.fixture
def demo_home() -> Iterator[Path]:
    """A home the servers' user may walk into."""
    with tempfile.TemporaryDirectory(prefix="caerus-demo-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


async def test_the_demo_from_sign_in_to_the_next_day(demo_home: Path, open_page: OpenPage) -> None:
    ports = free_ports()
    async with running_demo(demo_home, ports) as demo:
        says_how_to_try_everything(demo)
        page = await open_page()
        await sign_in(page, demo)
        approved = await approve_a_new_signal(page)
        await survives_a_killed_hub(page, demo)
        code, left = await demo.interrupt()
        assert (code, left) == (0, [])
        assert "Stopped." in demo.said()
        before = demo.file
    async with running_demo(demo_home, ports) as demo:
        assert demo.file == before
        page = await open_page()
        await sign_in(page, demo)
        await finds_again(page, demo, approved)


async def sign_in(page: Page, demo: RunningDemo) -> None:
    user = demo.file["user"]
    await pages.sign_in(page, demo.file["base_url"], user["email"], user["password"])


def says_how_to_try_everything(demo: RunningDemo) -> None:
    assert demo.path.stat().st_mode & 0o777 == 0o600
    assert demo.file["base_url"].startswith("http://127.0.0.1:")
    assert demo.file["ops_url"].startswith("http://127.0.0.1:")
    for name, keys in {
        "owner": ("email", "password"),
        "user": ("email", "password"),
        "device": ("id", "secret"),
        "producer": ("id", "secret"),
    }.items():
        assert all(demo.file[name][key] for key in keys), name


async def approve_a_new_signal(page: Page) -> str:
    """A signal comes by itself, is approved, and the terminal answers; its id."""
    await pages.mark(page)
    signal_id = await approved_in_time(page)
    told = pages.execution(page, signal_id)
    await expect(told).to_have_attribute("data-status", FROM_THE_TERMINAL, timeout=15_000)
    await expect(pages.connection(page)).to_have_text("live")
    assert await pages.was_not_reloaded(page)
    return signal_id


async def approved_in_time(page: Page) -> str:
    """At this pace the strategy may withdraw a signal under our hands; then the next one is taken."""
    for _ in range(5):
        signal_id = await pages.newcomer(page, await pages.known_ids(page))
        try:
            await pages.row(page, signal_id).click(timeout=3_000)
            await sees_the_chart(page)
            await page.get_by_test_id("approve").click(timeout=3_000)
        except TimeoutError:
            continue
        approved = page.get_by_test_id("signal-detail").get_by_text("You approved")
        withdrawn = page.get_by_test_id("signal-detail").get_by_text("The strategy cancelled")
        await expect(pages.execution(page, signal_id).or_(withdrawn).first).to_be_visible(timeout=15_000)
        if await approved.is_visible():
            return signal_id
    raise AssertionError("five signals in a row were withdrawn before they could be approved")


async def sees_the_chart(page: Page) -> None:
    chart = page.get_by_test_id("price-chart")
    await expect(chart).to_have_accessible_name(re.compile(r"XAUUSD candles, H1\. Last close \d+\.\d\d"))
    await expect(chart.locator("canvas").first).to_be_visible()


async def survives_a_killed_hub(page: Page, demo: RunningDemo) -> None:
    killed = demo.hub_process()
    killed.kill()
    await expect(pages.connection(page)).to_have_text("reconnecting")
    await expect(pages.connection(page)).to_have_text("live", timeout=30_000)
    assert demo.hub_process().pid != killed.pid
    await pages.newcomer(page, await pages.known_ids(page))
    assert await pages.was_not_reloaded(page)


async def finds_again(page: Page, demo: RunningDemo, signal_id: str) -> None:
    """The decision and what the terminal did about it, after everything was stopped."""
    await page.goto(f"{demo.file['base_url']}/signals/{signal_id}")
    await expect(page.get_by_test_id("decision-outcome")).to_contain_text("You approved")
    await expect(pages.execution(page, signal_id)).to_have_attribute("data-status", FROM_THE_TERMINAL)
