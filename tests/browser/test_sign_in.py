"""Signing in on the dashboard, by password and code, and what it says when it refuses."""

import re

import pyotp
import pytest
from playwright.async_api import Page, Request, expect

from hub.identity.auth import backoff
from tests.browser import pages
from tests.browser.conftest import OpenPage
from tests.hubs import PASSWORD, RunningHub
from tests.identity import phones

pytestmark = pytest.mark.browser

HIDDEN = re.compile("E-mail or password is wrong")


async def test_a_wrong_password_is_told_and_nothing_has_to_be_typed_twice(
    hub: RunningHub, open_page: OpenPage
) -> None:
    person, page = await hub.person(), await open_page()
    await page.goto(hub.base_url)
    await pages.give_password(page, person.email, "wrong")
    await expect(pages.alert(page)).to_contain_text(HIDDEN)
    await expect(page.get_by_test_id("sign-in-email")).to_have_value(person.email)
    await page.get_by_test_id("sign-in-password").fill(PASSWORD)
    await page.get_by_test_id("sign-in-submit").click()
    await pages.is_live(page)


async def test_a_code_is_asked_for_after_the_password(hub: RunningHub, open_page: OpenPage) -> None:
    phone, page = await phones.enrolled(hub), await open_page()
    await page.goto(f"{hub.base_url}/executions")
    await pages.give_password(page, phone.email, PASSWORD)
    field = page.get_by_test_id("sign-in-code")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("autocomplete", "one-time-code")
    await expect(field).to_have_attribute("inputmode", "numeric")
    await pages.give_code(page, phone.wrong())
    await expect(pages.alert(page)).to_contain_text("The code is wrong or was used")
    await pages.give_code(page, pyotp.TOTP(phone.seed).now())
    await pages.is_live(page)
    await expect(page.get_by_role("heading", name="Executions")).to_be_visible()


async def test_a_recovery_code_does_too_and_once(hub: RunningHub, open_page: OpenPage) -> None:
    phone, page = await phones.enrolled(hub), await open_page()
    await page.goto(hub.base_url)
    await pages.give_password(page, phone.email, PASSWORD)
    await page.get_by_test_id("other-code").click()
    await expect(page.get_by_test_id("sign-in-code")).to_be_focused()
    await pages.give_code(page, phone.recovery_codes[0])
    await pages.is_live(page)
    await page.get_by_role("button", name="Sign out").click()
    await pages.give_password(page, phone.email, PASSWORD)
    await page.get_by_test_id("other-code").click()
    await pages.give_code(page, phone.recovery_codes[0])
    await expect(pages.alert(page)).to_contain_text("The code is wrong or was used")


async def test_after_too_many_attempts_it_counts_the_seconds_down(
    hub: RunningHub, open_page: OpenPage
) -> None:
    person, page = await hub.person(), await open_page()
    [account, _] = backoff.attempt(person.email, "127.0.0.1").keys
    await page.goto(hub.base_url)
    await hub.res.redis.set(f"{account}:wait", "1", px=4_000)
    await pages.give_password(page, person.email, PASSWORD)
    told, submit = page.get_by_test_id("too-many"), page.get_by_test_id("sign-in-submit")
    await expect(told).to_contain_text(re.compile("Try again in [34] s."))
    await expect(submit).to_be_disabled()
    await expect(told).to_contain_text(re.compile("Try again in [12] s."))
    await expect(told).to_contain_text("Try again now.", timeout=10_000)
    await submit.click()
    await pages.is_live(page)


async def test_it_can_be_done_by_keyboard_alone(hub: RunningHub, open_page: OpenPage) -> None:
    phone, page = await phones.enrolled(hub), await open_page()
    await page.goto(hub.base_url)
    await expect(page.get_by_test_id("sign-in-submit")).to_be_visible()
    for typed in (phone.email, PASSWORD):
        await page.keyboard.press("Tab")
        await page.keyboard.type(typed)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("sign-in-code")).to_be_focused()
    await page.keyboard.type(pyotp.TOTP(phone.seed).now())
    await page.keyboard.press("Enter")
    await pages.is_live(page)


async def test_no_secret_is_kept_where_scripts_of_another_day_find_it(
    hub: RunningHub, open_page: OpenPage
) -> None:
    person, page = await hub.person(), await open_page()
    tokens: list[str] = []
    page.on("request", lambda request: tokens.extend(bearers(request)))
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    await pages.open_account(page)
    kept = await stored(page)
    assert tokens
    assert not [token for token in tokens if token in kept]
    cookies = {cookie["name"]: cookie for cookie in await page.context.cookies(f"{hub.base_url}/api/v1/auth")}
    refresh, csrf = cookies["caerus_refresh"], cookies["caerus_csrf"]
    assert refresh["httpOnly"] and refresh["sameSite"] == "Strict"
    assert refresh["value"] not in kept and csrf["value"] not in await stored(page, cookies=False)


def bearers(request: Request) -> list[str]:
    given = request.headers.get("authorization", "")
    return [given.removeprefix("Bearer ")] if given else []


async def stored(page: Page, *, cookies: bool = True) -> str:
    """Everything that a script can read back after a reload."""
    parts = ["JSON.stringify(localStorage)", "JSON.stringify(sessionStorage)", "location.href"]
    return str(await page.evaluate(f"[{', '.join(parts + ['document.cookie'] * cookies)}].join()"))


# Whether a page lets a paste through: `dispatchEvent` is false when somebody prevents it.
_PASTE = """field => field.dispatchEvent(new ClipboardEvent('paste', {
  cancelable: true, bubbles: true, clipboardData: new DataTransfer() }))"""


@pytest.mark.parametrize("path", ["/", "/register"])
async def test_a_password_is_hidden_and_may_be_pasted(
    hub: RunningHub, open_page: OpenPage, path: str
) -> None:
    page = await open_page()
    await page.goto(hub.base_url + path)
    field = page.locator("input[autocomplete$='-password']").first
    await expect(field).to_have_attribute("type", "password")
    assert await field.evaluate(_PASTE)


async def test_signing_out_is_on_every_page(hub: RunningHub, open_page: OpenPage) -> None:
    person, signal = await hub.person(), await (await hub.producer()).opened()
    page = await open_page()
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    for path in ("/", f"/signals/{signal}", "/executions", "/account", "/nowhere"):
        await page.goto(hub.base_url + path)
        await expect(page.get_by_text("Sign out", exact=True)).to_be_visible()
