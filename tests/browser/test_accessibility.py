"""What axe-core finds on the pages of signing in, of the account and of terminals, and that nothing is wider than a phone."""

from typing import Literal

import pyotp
import pytest
from playwright.async_api import expect

from tests.browser import pages
from tests.browser.axe import DESKTOP, PHONE, faults, is_good
from tests.browser.conftest import OpenPage
from tests.hubs import PASSWORD, RunningHub
from tests.identity import phones
from tests.trading import looks

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
    await phones.long_ago(hub, phone)
    await page.reload()
    await page.get_by_test_id("renew-codes").click()
    await expect(page.get_by_test_id("step-up-code")).to_be_visible()
    await is_good(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_terminals_and_accounts(
    hub: RunningHub, open_page: OpenPage, width: int, scheme: Scheme
) -> None:
    page, known, second = await open_page(width, 800), await looks.verified(hub), looks.broker()
    lost = looks.position("1", profit="-500.00", symbol="GOLD.with-a-long-suffix")
    won = looks.position("2", side="sell", profit="250.00", stop="1700.00", target="1500.00")
    look = known.broker.look(1, equity="9750.00", positions=[lost, won], algo_allowed=False)
    await looks.sent(known.device, look)
    await looks.linked(hub, known.person, second)
    gone, new = await hub.device(known.person, "gone"), await hub.device(known.person, "N" * 64)
    await hub.call("POST", f"/api/v1/devices/{gone.id}/revoke", headers=known.person.bearer)
    await page.emulate_media(color_scheme=scheme)
    await pages.sign_in(page, hub.base_url, known.person.email, PASSWORD)
    await pages.open_terminals(page)
    await expect(pages.terminal(page, new.id)).to_be_visible()
    await expect(page.get_by_text("Switch Algo Trading on")).to_be_visible()
    await expect(page.get_by_test_id("position")).to_have_count(2)
    await is_good(page)
    await page.get_by_test_id("revoked-terminals").get_by_text("1 revoked").click()
    await page.get_by_test_id("register-terminal").click()
    await page.get_by_test_id("link-account").click()
    await page.get_by_role("button", name="Rename terminal").click()
    await page.get_by_role("button", name=f"Revoke {'N' * 64}").click()
    await is_good(page)
    await pages.register_terminal(page, "desk")
    await pages.link_account(page, looks.broker().server, "7002", "another")
    await expect(page.get_by_test_id("shown-once")).to_have_count(2)
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


async def test_the_tabs_stand_in_one_row_on_the_smallest_phone(hub: RunningHub, open_page: OpenPage) -> None:
    person = await hub.person()
    for width in (PHONE, 390):
        page = await open_page(width, 640)
        await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
        await pages.open_trading(page)
        tabs = page.get_by_role("navigation", name="Pages").get_by_role("link")
        tops = await tabs.evaluate_all("all => all.map(a => a.getBoundingClientRect().top)")
        assert (len(tops), len(set(tops))) == (5, 1)
        assert await pages.overflow(page) == 0
