"""Decisions on the dashboard, against a hub in this process."""

import asyncio
import json

import pytest
from playwright.async_api import Page, Route, WebSocketRoute, expect

from tests.browser import pages
from tests.browser.conftest import OpenPage
from tests.hubs import PASSWORD, Person, RunningHub, until

pytestmark = pytest.mark.browser


async def signed_in(hub: RunningHub, page: Page) -> Person:
    person = await hub.person()
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    return person


async def decisions(hub: RunningHub, person: Person) -> dict[str, str]:
    answer = await hub.call("GET", "/api/v1/approvals", headers=person.bearer)
    return {each["signal_id"]: each["decision"] for each in answer.body["items"]}


async def has_decided(hub: RunningHub, person: Person, wanted: dict[str, str]) -> None:
    """The page shows a decision before the hub has it."""

    async def holds() -> bool:
        return await decisions(hub, person) == wanted

    await until(holds)


async def test_a_signal_that_arrives_can_be_rejected(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    person = await signed_in(hub, page)
    await pages.mark(page)
    signal_id = await (await hub.producer()).opened()
    await pages.open_signal(page, signal_id)
    await page.get_by_test_id("reject").click()
    await expect(page.get_by_test_id("decision-outcome")).to_contain_text("You rejected")
    await expect(pages.row(page, signal_id)).to_contain_text("Rejected")
    await has_decided(hub, person, {signal_id: "rejected"})
    assert await pages.was_not_reloaded(page)


async def test_a_decision_made_elsewhere_wins_and_is_told(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    await page.route_web_socket("**/ws", deaf_to_decisions)
    person = await signed_in(hub, page)
    signal_id = await (await hub.producer()).opened()
    await pages.open_signal(page, signal_id)
    await expect(page.get_by_test_id("approve")).to_be_visible()
    await page.wait_for_load_state("networkidle")  # what is still loaded would show the decision
    assert (await hub.approve(person, signal_id, "rejected")).status == 201
    await page.get_by_test_id("approve").click()
    toast = page.get_by_test_id("toast")
    await expect(toast).to_contain_text("Already decided")
    await expect(toast).to_contain_text("You rejected this signal before.")
    await expect(page.get_by_test_id("decision-outcome")).to_contain_text("You rejected")
    assert await decisions(hub, person) == {signal_id: "rejected"}


def deaf_to_decisions(socket: WebSocketRoute) -> None:
    """The page's own socket, on which one kind of event gets lost."""
    server = socket.connect_to_server()

    def forward(message: str | bytes) -> None:
        if json.loads(message).get("type") != "approval.decided":
            socket.send(message)

    server.on_message(forward)


async def test_what_was_shown_at_once_is_taken_back(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    person = await signed_in(hub, page)
    signal_id = await (await hub.producer()).opened()
    await pages.open_signal(page, signal_id)
    seen = asyncio.Event()

    async def lose(route: Route) -> None:
        await seen.wait()
        await route.abort()

    await page.route("**/api/v1/approve", lose)
    await page.get_by_test_id("approve").click()
    await expect(pages.row(page, signal_id)).to_contain_text("Approved")
    seen.set()
    await expect(page.get_by_test_id("toast")).to_be_visible()
    await expect(pages.row(page, signal_id)).not_to_contain_text("Approved")
    await expect(page.get_by_test_id("approve")).to_be_enabled()
    assert await decisions(hub, person) == {}


async def test_a_cancelled_signal_leaves_the_list_and_says_why(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    await signed_in(hub, page)
    producer = await hub.producer()
    signal_id = await producer.opened()
    await pages.open_signal(page, signal_id)
    assert (await producer.cancel(signal_id, "setup invalidated")).status == 200
    await expect(pages.row(page, signal_id)).to_have_count(0)
    await expect(page.get_by_test_id("decision-outcome")).to_contain_text("setup invalidated")
    await expect(page.get_by_test_id("approve")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 375, 1440])
async def test_nothing_is_wider_than_the_window(hub: RunningHub, open_page: OpenPage, width: int) -> None:
    page = await open_page(width)
    await page.goto(hub.base_url)
    await expect(page.get_by_test_id("sign-in-submit")).to_be_visible()
    assert await pages.overflow(page) == 0
    person = await signed_in(hub, page)
    device = await hub.device(person)
    wordy = {"a_feature_whose_name_is_of_many_words": "and_a_value_of_one"}
    strategy = "breakout_retest_of_the_range"
    signal_id = await (await hub.producer()).opened(strategy=strategy, features=wordy)
    await expect(pages.row(page, signal_id)).to_be_visible()
    assert await pages.overflow(page) == 0
    await pages.open_signal(page, signal_id)
    await page.get_by_text("Limits for this approval").click()
    await expect(page.get_by_test_id("bounds-spread")).to_be_visible()
    assert await pages.overflow(page) == 0
    await page.get_by_test_id("approve").click()
    [command] = (await device.poll(wait=10)).body["commands"]
    assert (await device.ack(command["id"], "failed", error="retcode_" * 15)).status == 200
    await expect(pages.execution(page, signal_id)).to_have_attribute("data-status", "failed")
    assert await pages.overflow(page) == 0
    await page.get_by_role("link", name="Executions").click()
    await expect(pages.execution(page, signal_id)).to_contain_text("retcode_")
    assert await pages.overflow(page) == 0
    await page.get_by_role("link", name="Signals", exact=True).click()
    await expect(pages.row(page, signal_id)).to_contain_text("Approved")
    assert await pages.overflow(page) == 0
    await page.goto(f"{hub.base_url}/no-such-page")
    await expect(page.get_by_text("There is no such page")).to_be_visible()
    assert await pages.overflow(page) == 0
