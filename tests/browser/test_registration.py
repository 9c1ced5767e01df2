"""An account from nothing on the dashboard, and passwords that are forgotten or changed."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from hub.core.embedded import Endpoints
from tests.browser import pages
from tests.browser.axe import DESKTOP, PHONE, is_good
from tests.browser.conftest import OpenPage
from tests.hubs import PASSWORD, RunningHub
from tests.identity import phones
from tests.identity.mailbox import NEW, OTHER, RESET, VERIFY, Mailbox, fresh, working

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
async def mailbox(hub: RunningHub, servers: Endpoints) -> AsyncIterator[Mailbox]:
    async with working(hub.res, servers.redis_url):
        yield Mailbox(hub)


async def register(hub: RunningHub, page: Page, email: str, password: str = NEW) -> None:
    await page.goto(hub.base_url)
    await page.get_by_role("link", name="Create an account").click()
    await page.get_by_test_id("register-email").fill(email)
    await page.get_by_test_id("register-password").fill(password)
    await page.get_by_test_id("register-submit").click()


async def follow(mailbox: Mailbox, page: Page, email: str, subject: str) -> str:
    """Open the link of the newest letter; its token."""
    token = await mailbox.token(email, subject)
    path = "verify-email" if subject == VERIFY else "reset-password"
    await page.goto(f"{mailbox.hub.base_url}/{path}#token={token}")
    return token


async def test_from_registering_to_the_first_signal(
    hub: RunningHub, mailbox: Mailbox, open_page: OpenPage
) -> None:
    email, page = fresh(), await open_page()
    await register(hub, page, email)
    await expect(page.get_by_test_id("check-mail")).to_contain_text(email)
    token = await follow(mailbox, page, email, VERIFY)
    await expect(page).to_have_url(f"{hub.base_url}/verify-email")
    await page.get_by_test_id("verify-email").click()
    await expect(page.get_by_test_id("email-verified")).to_be_visible()
    assert token not in await page.evaluate(
        "JSON.stringify([{ ...history.state }, localStorage, sessionStorage])"
    )
    await page.get_by_role("link", name="Sign in").click()
    await pages.give_password(page, email, NEW)
    await pages.is_live(page)
    signal_id = await (await hub.producer()).opened()
    await expect(pages.row(page, signal_id)).to_be_visible()


async def test_a_bad_password_is_told_beside_its_field(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    await register(hub, page, fresh(), "caerus-caerus")
    field = page.get_by_test_id("register-password")
    await expect(field).to_have_accessible_description(re.compile("besides the name Caerus"))
    await expect(field).to_have_attribute("aria-invalid", "true")
    await field.fill("short")
    await page.get_by_test_id("register-submit").click()
    assert await field.evaluate("field => field.validity.tooShort")


async def test_signing_in_too_early_offers_another_letter(
    hub: RunningHub, mailbox: Mailbox, open_page: OpenPage
) -> None:
    email, page = fresh(), await open_page()
    await mailbox.register(email)
    await mailbox.token(email, VERIFY)
    await page.goto(hub.base_url)
    await pages.give_password(page, email, NEW)
    await expect(pages.alert(page)).to_contain_text("E-mail not verified")
    async with page.expect_response("**/verify-email/resend"):
        await page.get_by_test_id("resend-letter").click()
    await expect(page.get_by_role("status")).to_contain_text("a new letter is on its way")
    await follow(mailbox, page, email, VERIFY)
    await page.get_by_test_id("verify-email").click()
    await expect(page.get_by_test_id("email-verified")).to_be_visible()


async def test_a_link_is_good_once_and_another_letter_can_be_asked_for(
    hub: RunningHub, mailbox: Mailbox, open_page: OpenPage
) -> None:
    email, page = fresh(), await open_page()
    await mailbox.register(email)
    token = await follow(mailbox, page, email, VERIFY)
    assert (await mailbox.post("verify-email", token=token)).status == 204
    await page.get_by_test_id("verify-email").click()
    await expect(page.get_by_test_id("link-not-good")).to_be_visible()
    other = fresh()
    await mailbox.register(other)
    await follow(mailbox, page, other, VERIFY)
    await page.get_by_test_id("verify-email").click()
    await expect(page.get_by_test_id("email-verified")).to_be_visible()
    await page.goto(f"{hub.base_url}/verify-email")
    await page.get_by_test_id("letter-email").fill(email)
    await page.get_by_test_id("letter-submit").click()
    await expect(page.get_by_test_id("check-mail")).to_contain_text(email)


async def test_a_forgotten_password_is_replaced_and_ends_every_session(
    hub: RunningHub, mailbox: Mailbox, open_page: OpenPage
) -> None:
    person, page, elsewhere = await hub.person(), await open_page(), await open_page()
    await pages.sign_in(elsewhere, hub.base_url, person.email, PASSWORD)
    await page.goto(hub.base_url)
    await page.get_by_role("link", name="Forgot your password?").click()
    await page.get_by_test_id("letter-email").fill(person.email)
    await page.get_by_test_id("letter-submit").click()
    await expect(page.get_by_test_id("check-mail")).to_contain_text(person.email)
    await follow(mailbox, page, person.email, RESET)
    await expect(page).to_have_url(f"{hub.base_url}/reset-password")
    field = page.get_by_test_id("reset-password")
    await field.fill(person.email)
    await page.get_by_test_id("reset-submit").click()
    await expect(field).to_have_accessible_description(re.compile("besides your e-mail address"))
    await field.fill(OTHER)
    await page.get_by_test_id("reset-submit").click()
    await expect(page.get_by_test_id("password-reset")).to_be_visible()
    await page.get_by_role("link", name="Sign in").click()
    await pages.give_password(page, person.email, OTHER)
    await pages.is_live(page)
    await expect(pages.ended(elsewhere)).to_be_visible()


async def test_a_reset_page_without_its_link_changes_nothing(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    await page.goto(f"{hub.base_url}/reset-password")
    await expect(page.get_by_test_id("link-not-good")).to_be_visible()
    await page.get_by_role("link", name="Ask for another link").click()
    await expect(page.get_by_test_id("letter-email")).to_be_visible()


async def test_a_password_is_changed_on_the_account_page(hub: RunningHub, open_page: OpenPage) -> None:
    person, page = await hub.person(), await open_page()
    other = phones.bearer(await phones.login(hub, person.email))
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    await pages.open_account(page)
    now, new, send = (page.get_by_test_id(f"password-{name}") for name in ("now", "new", "change"))
    await now.fill("wrong")
    await new.fill(OTHER)
    await send.click()
    await expect(pages.alert(page)).to_contain_text("The password is wrong")
    await now.fill(PASSWORD)
    await new.fill("caerus-caerus")
    await send.click()
    await expect(new).to_have_accessible_description(re.compile("besides the name Caerus"))
    await new.fill(OTHER)
    await send.click()
    await expect(page.get_by_test_id("toast")).to_contain_text("Password changed")
    await expect(now).to_have_value("")
    await expect(page.get_by_test_id("session-row")).to_have_count(1)
    assert (await hub.call("GET", "/api/v1/me", headers=other)).status == 401
    await page.reload()
    await pages.is_live(page)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_the_pages_are_good(hub: RunningHub, open_page: OpenPage, width: int) -> None:
    page = await open_page(width, 800)
    for path, shown in {
        "/register": "register-submit",
        "/forgot-password": "letter-submit",
        "/verify-email": "letter-submit",
        "/verify-email?again#token=t": "verify-email",
        "/reset-password": "link-not-good",
        "/reset-password?again#token=t": "reset-submit",
    }.items():
        await page.goto(hub.base_url + path)
        await expect(page.get_by_test_id(shown)).to_be_visible()
        await is_good(page)
    await register(hub, page, "caerus@caerus", "caerus-caerus")
    await expect(pages.alert(page)).to_be_visible()
    await is_good(page)
    await register(hub, page, fresh())
    await expect(page.get_by_test_id("check-mail")).to_be_visible()
    await is_good(page)
