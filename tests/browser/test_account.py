"""The account page: who one is, what the plan allows, and where one is signed in."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser import pages
from tests.browser.conftest import OpenPage
from tests.hubs import PASSWORD, Person, RunningHub
from tests.identity import phones

pytestmark = pytest.mark.browser


async def on_the_account_page(hub: RunningHub, page: Page) -> Person:
    person = await hub.person()
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    await pages.open_account(page)
    return person


def sessions(page: Page) -> Locator:
    return page.get_by_test_id("session-row")


async def ends_at_once(hub: RunningHub, bearer: dict[str, str]) -> bool:
    return (await hub.call("GET", "/api/v1/me", headers=bearer)).status == 401


async def test_it_says_who_one_is_and_what_the_plan_allows(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    person = await on_the_account_page(hub, page)
    you = page.get_by_role("region", name="You", exact=True)
    for fact in (person.email, "User", "Free"):
        await expect(you).to_contain_text(fact)
    await expect(page.get_by_test_id("quota-devices")).to_contain_text("0 of 5")
    await hub.device(person)
    await page.reload()
    await expect(page.get_by_test_id("quota-devices")).to_contain_text("1 of 5")
    await expect(page.get_by_role("meter", name="Devices")).to_have_attribute("aria-valuenow", "20")


async def test_another_session_can_be_ended(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    person = await on_the_account_page(hub, page)
    others = [phones.bearer(await phones.login(hub, person.email)) for _ in range(2)]
    await page.reload()
    await expect(sessions(page)).to_have_count(3)
    here = sessions(page).filter(has_text="This device")
    await expect(here).to_contain_text("Chrome on")
    await expect(here.get_by_role("button")).to_have_count(0)
    await sessions(page).first.get_by_role("button", name=re.compile("End the session")).click()
    await expect(sessions(page)).to_have_count(2)
    assert [await ends_at_once(hub, each) for each in others] == [False, True]


async def test_all_other_sessions_can_be_ended_at_once(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    person = await on_the_account_page(hub, page)
    others = [phones.bearer(await phones.login(hub, person.email)) for _ in range(2)]
    await page.reload()
    await page.get_by_test_id("end-others").click()
    await expect(sessions(page)).to_have_count(1)
    await expect(sessions(page)).to_contain_text("This device")
    await expect(page.get_by_test_id("end-others")).to_have_count(0)
    assert all([await ends_at_once(hub, each) for each in others])
    await page.reload()
    await pages.is_live(page)
