"""What axe-core finds on the pages of signing in and of the account, and that nothing is wider than a phone."""

from typing import Literal

import pyotp
import pytest
from playwright.async_api import expect

from tests.browser import pages
from tests.browser.axe import DESKTOP, PHONE, faults, is_good
from tests.browser.conftest import OpenPage
from tests.hubs import PASSWORD, RunningHub
from tests.identity import phones

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]


async def test_a_fault_would_be_found(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    await page.goto(hub.base_url)
    await expect(page.get_by_test_id("sign-in-submit")).to_be_visible()
    await page.evaluate("document.querySelector('label').remove()")
    assert any(fault.startswith("label:") for fault in await faults(page))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_signing_in(hub: RunningHub, open_page: OpenPage, width: int, scheme: Scheme) -> None:
    phone, page = await phones.enrolled(hub), await open_page(width, 800)
    await page.emulate_media(color_scheme=scheme)
    await page.goto(hub.base_url)
    await expect(page.get_by_test_id("sign-in-submit")).to_be_visible()
    await is_good(page)
    await pages.give_password(page, phone.email, "wrong")
    await expect(pages.alert(page)).to_be_visible()
    await is_good(page)
    await pages.give_password(page, phone.email, PASSWORD)
    await expect(page.get_by_test_id("sign-in-code")).to_be_visible()
    await is_good(page)
    await page.get_by_test_id("other-code").click()
    await pages.give_code(page, "no-such-code")
    await expect(pages.alert(page)).to_be_visible()
    await is_good(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_the_account_and_its_dialog(
    hub: RunningHub, open_page: OpenPage, width: int, scheme: Scheme
) -> None:
    phone, page = await phones.enrolled(hub), await open_page(width, 800)
    await page.emulate_media(color_scheme=scheme)
    await page.goto(hub.base_url)
    await pages.give_password(page, phone.email, PASSWORD)
    await pages.give_code(page, pyotp.TOTP(phone.seed).now())
    await pages.is_live(page)
    await is_good(page)
    await pages.open_account(page)
    await expect(page.get_by_test_id("session-row")).to_have_count(2)
    await expect(page.get_by_test_id("quota-devices")).to_be_visible()
    await is_good(page)
    await page.get_by_test_id("renew-codes").click()
    await expect(page.get_by_test_id("recovery-codes")).to_be_visible()
    await is_good(page)
    await hub.res.db.execute(
        "update identity.sessions set proven_at = proven_at - interval '1 hour' where user_id = $1", phone.id
    )
    await page.reload()
    await page.get_by_test_id("renew-codes").click()
    await expect(page.get_by_test_id("step-up-code")).to_be_visible()
    await is_good(page)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_setting_a_second_factor_up(hub: RunningHub, open_page: OpenPage, width: int) -> None:
    owner, page = await hub.person("owner"), await open_page(width, 800)
    await page.goto(hub.base_url)
    await pages.give_password(page, owner.email, PASSWORD)
    await expect(page.get_by_test_id("mfa-begin")).to_be_visible()
    await is_good(page)
    await page.get_by_test_id("mfa-begin").click()
    await expect(page.get_by_test_id("mfa-secret")).to_be_visible()
    await is_good(page)
