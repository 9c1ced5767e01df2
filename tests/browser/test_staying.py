"""Staying signed in: over reloads, in several tabs, and until the session ends elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, expect

from tests.browser import pages
from tests.browser.conftest import OpenPage
from tests.hubs import PASSWORD, Person, RunningHub, until
from tests.identity import phones

pytestmark = pytest.mark.browser

NO_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined })"
NO_NOTE = "Storage.prototype.setItem = () => undefined"
NOT_KEPT_ALIVE = """const send = fetch;
window.fetch = (to, how) => send(to, how && { ...how, keepalive: false });"""


async def signed_in(hub: RunningHub, page: Page, role: str = "user") -> Person:
    person = await hub.person(role)
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    return person


@asynccontextmanager
async def refreshes_held(hub: RunningHub, person: Person) -> AsyncIterator[None]:
    """Until the block ends, refreshes of this person's session reach the hub and wait there."""
    async with hub.res.db.transaction() as tx:
        await tx.execute("select id from identity.sessions where user_id = $1 for update", person.id)
        yield


async def goes_on(hub: RunningHub, person: Person) -> bool:
    """Whether the one session of this person has not ended."""
    [row] = await hub.rows(
        "select bool_and(ended_at is null) from identity.sessions where user_id = $1", person.id
    )
    return bool(row[0])


async def test_a_reload_keeps_one_signed_in(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    person = await signed_in(hub, page)
    for _ in range(2):
        await page.reload()
        await pages.is_live(page)
    assert await goes_on(hub, person)
    await page.context.clear_cookies(name="caerus_csrf")
    await page.reload()
    await expect(page.get_by_test_id("sign-in-submit")).to_be_visible()
    await expect(pages.ended(page)).to_have_count(0)


@pytest.mark.parametrize(("without", "survives"), [("", True), (NO_NOTE, False), (NOT_KEPT_ALIVE, False)])
async def test_a_page_reloaded_while_it_refreshes_does_not_lose_its_session(
    hub: RunningHub, open_page: OpenPage, without: str, survives: bool
) -> None:
    page = await open_page()
    await page.add_init_script(without)
    person = await signed_in(hub, page)
    async with refreshes_held(hub, person):
        async with page.expect_request("**/auth/refresh"):
            await page.reload()
        await hub.until_waiting(1)
        await page.reload()
        if without == NO_NOTE:
            await hub.until_waiting(2)
    if survives:
        await pages.is_live(page)
    else:
        await expect(pages.ended(page)).to_be_visible(timeout=15_000)
    assert await goes_on(hub, person) == survives


@pytest.mark.parametrize("locks", [True, False])
async def test_two_tabs_that_refresh_at_once_both_stay_signed_in(
    hub: RunningHub, open_page: OpenPage, locks: bool
) -> None:
    first = await open_page()
    if not locks:
        await first.context.add_init_script(NO_LOCKS)
    person = await signed_in(hub, first)
    second = await first.context.new_page()
    await second.goto(hub.base_url)
    await pages.is_live(second)
    async with refreshes_held(hub, person):
        await asyncio.gather(first.reload(), second.reload())
        await (until(lambda: one_queues(first)) if locks else hub.until_waiting(2))
    if locks:
        await pages.is_live(first)
        await pages.is_live(second)
    else:
        await until(lambda: one_has_ended(first, second))
    assert await goes_on(hub, person) == locks


async def one_has_ended(*tabs: Page) -> bool:
    return any([await pages.ended(tab).is_visible() for tab in tabs])


async def one_queues(page: Page) -> bool:
    """One tab refreshes, and the other stands behind it."""
    held = await page.evaluate("navigator.locks.query().then(all => [all.held.length, all.pending.length])")
    return bool(held == [1, 1])


async def test_a_session_ended_elsewhere_is_told_at_once(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    person = await signed_in(hub, page)
    await page.get_by_role("link", name="Executions").click()
    await page.wait_for_load_state("networkidle")  # nothing but the stream can tell it
    await end_all_others(hub, person)
    await expect(pages.ended(page)).to_contain_text("Your session has ended")
    await pages.give_password(page, person.email, PASSWORD)
    await pages.is_live(page)
    await expect(page.get_by_role("heading", name="Executions")).to_be_visible()


async def test_a_tab_that_only_listens_is_told_when_it_is_looked_at(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page = await open_page()
    person = await signed_in(hub, page)
    await end_all_others(hub, person)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(pages.ended(page)).to_contain_text("Your session has ended")


async def end_all_others(hub: RunningHub, person: Person) -> None:
    """From another device."""
    other = phones.bearer(await phones.login(hub, person.email))
    assert (await hub.call("DELETE", "/api/v1/auth/sessions", headers=other)).status == 204


async def test_who_signs_out_is_not_told_that_the_session_ended(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    person = await signed_in(hub, page)
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_test_id("sign-in-submit")).to_be_visible()
    await expect(pages.ended(page)).to_have_count(0)
    assert not await goes_on(hub, person)
    await page.reload()
    await expect(page.get_by_test_id("sign-in-submit")).to_be_visible()
    await expect(pages.ended(page)).to_have_count(0)


async def test_a_tab_shows_nothing_of_the_one_who_was_signed_in_before(
    hub: RunningHub, open_page: OpenPage
) -> None:
    first = await open_page()
    before = await signed_in(hub, first)
    await expect(first.get_by_text(before.email)).to_be_visible()
    second = await first.context.new_page()
    await second.goto(hub.base_url)
    await second.get_by_role("button", name="Sign out").click()
    await expect(pages.ended(first)).to_be_visible()
    await expect(first.get_by_text(before.email)).to_have_count(0)
    after = await hub.person()
    await pages.give_password(second, after.email, PASSWORD)
    await pages.is_live(second)
    await first.reload()
    await pages.open_account(first)
    await expect(first.get_by_text(after.email).first).to_be_visible()
    await expect(first.get_by_text(before.email)).to_have_count(0)
