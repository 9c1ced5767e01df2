"""A second factor on the dashboard: set up, asked for again, renewed, disabled."""

import pyotp
import pytest
from playwright.async_api import Page, expect

from tests.browser import pages
from tests.browser.conftest import OpenPage
from tests.hubs import PASSWORD, RunningHub
from tests.identity import phones
from tests.identity.phones import Phone

pytestmark = pytest.mark.browser


async def set_up(page: Page) -> tuple[str, list[str]]:
    """From the beginning to codes that are kept; the seed and the recovery codes."""
    await page.get_by_test_id("mfa-begin").click()
    seed = (await page.get_by_test_id("mfa-secret").inner_text()).replace(" ", "")
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    await page.get_by_test_id("mfa-code").fill(pyotp.TOTP(seed).now())
    await page.get_by_test_id("mfa-confirm").click()
    return seed, await recovery_codes(page)


async def recovery_codes(page: Page) -> list[str]:
    shown = page.get_by_test_id("recovery-codes").get_by_role("listitem")
    await expect(shown).to_have_count(10)
    return await shown.all_inner_texts()


async def signed_in_with_code(hub: RunningHub, page: Page, phone: Phone) -> None:
    await page.goto(hub.base_url)
    await pages.give_password(page, phone.email, PASSWORD)
    await pages.give_code(page, pyotp.TOTP(phone.seed).now())
    await pages.is_live(page)


async def test_an_owner_is_led_straight_to_it(hub: RunningHub, open_page: OpenPage) -> None:
    owner, page = await hub.person("owner"), await open_page()
    await page.goto(f"{hub.base_url}/executions")
    await pages.give_password(page, owner.email, PASSWORD)
    await expect(page.get_by_role("heading", name="Set up your second factor")).to_be_visible()
    seed, codes = await set_up(page)
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download").click()
    assert (await (await downloading.value).path()).read_text().split() == codes
    await page.get_by_test_id("codes-kept").click()
    await pages.is_live(page)
    await expect(page.get_by_role("heading", name="Executions")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await pages.give_password(page, owner.email, PASSWORD)
    await phones.later(hub, Phone(owner, seed, codes))
    await pages.give_code(page, pyotp.TOTP(seed).now())
    await pages.is_live(page)
    await pages.open_account(page)
    await expect(page.get_by_test_id("second-factor")).to_contain_text("10 recovery codes are left")
    await expect(page.get_by_test_id("mfa-disable")).to_have_count(0)


async def test_who_becomes_an_admin_is_led_there_too(hub: RunningHub, open_page: OpenPage) -> None:
    person, page = await hub.person(), await open_page()
    await page.clock.install()
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    await hub.res.db.execute("update identity.users set role = 'admin' where id = $1", person.id)
    await page.clock.fast_forward("13:00")
    await expect(page.get_by_role("heading", name="Set up your second factor")).to_be_visible()
    await set_up(page)
    await page.get_by_test_id("codes-kept").click()
    await pages.is_live(page)


async def test_a_wrong_first_code_is_told_beside_its_field(hub: RunningHub, open_page: OpenPage) -> None:
    person, page = await hub.person(), await open_page()
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    await pages.open_account(page)
    await page.get_by_test_id("mfa-begin").click()
    seed = (await page.get_by_test_id("mfa-secret").inner_text()).replace(" ", "")
    await page.get_by_test_id("mfa-code").fill(Phone(person, seed, []).wrong())
    await page.get_by_test_id("mfa-confirm").click()
    await expect(page.get_by_test_id("mfa-code")).to_have_accessible_description(
        "The six digits that your authenticator app shows now. This code is wrong. Is the clock of your device right?"
    )


async def test_an_old_proof_is_asked_for_again_and_the_act_goes_on(
    hub: RunningHub, open_page: OpenPage
) -> None:
    person, page = await hub.person(), await open_page()
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    await phones.long_ago(hub, person)
    await page.reload()
    await pages.open_account(page)
    await page.get_by_test_id("mfa-begin").click()
    await expect(page.get_by_test_id("step-up-password")).to_be_focused()
    await expect(page.get_by_test_id("step-up-code")).to_have_count(0)
    await pages.prove(page, "wrong")
    await expect(page.get_by_test_id("step-up").get_by_role("alert")).to_contain_text(
        "The password or the code"
    )
    await pages.prove(page, PASSWORD)
    await expect(page.get_by_test_id("mfa-secret")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_who_does_not_prove_it_has_done_nothing(hub: RunningHub, open_page: OpenPage) -> None:
    person, page = await hub.person(), await open_page()
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    await phones.long_ago(hub, person)
    await page.reload()
    await pages.open_account(page)
    await page.get_by_test_id("mfa-begin").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Confirm that it is you")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_test_id("mfa-begin")).to_be_focused()
    await expect(pages.alert(page)).to_have_count(0)
    assert await hub.rows("select 1 from identity.totp where user_id = $1", person.id) == []


async def test_recovery_codes_are_renewed_with_a_fresh_code(hub: RunningHub, open_page: OpenPage) -> None:
    phone, page = await phones.enrolled(hub), await open_page()
    await signed_in_with_code(hub, page, phone)
    await phones.long_ago(hub, phone)
    await phones.later(hub, phone)
    await page.reload()
    await pages.open_account(page)
    await page.get_by_test_id("renew-codes").click()
    await pages.prove(page, PASSWORD, pyotp.TOTP(phone.seed).now())
    shown = await recovery_codes(page)
    assert not set(shown) & set(phone.recovery_codes)
    await page.get_by_test_id("codes-kept").click()
    await expect(page.get_by_test_id("recovery-codes")).to_have_count(0)
    assert (await phones.sign_in(hub, phone, shown[0])).status == 200
    assert (await phones.sign_in(hub, phone, phone.recovery_codes[0])).status == 401


async def test_a_factor_set_up_elsewhere_since_is_asked_for_as_well(
    hub: RunningHub, open_page: OpenPage
) -> None:
    """The page still believes that there is none, and the dialog learns of it by the refusal."""
    phone, page = await phones.enrolled(hub), await open_page()
    await page.route("**/api/v1/auth/mfa", lambda route: route.fulfill(json=NONE))
    await signed_in_with_code(hub, page, phone)
    await phones.long_ago(hub, phone)
    await phones.later(hub, phone)
    await page.reload()
    await pages.open_account(page)
    await page.get_by_test_id("mfa-begin").click()
    await pages.prove(page, PASSWORD)
    await expect(page.get_by_test_id("step-up-code")).to_be_focused()
    await pages.prove(page, PASSWORD, pyotp.TOTP(phone.seed).now())
    await expect(pages.alert(page)).to_contain_text("You have a second factor already")


NONE = {"enabled": False, "required": False, "recovery_codes_left": 0}


async def test_it_can_be_disabled(hub: RunningHub, open_page: OpenPage) -> None:
    phone, page = await phones.enrolled(hub), await open_page()
    await signed_in_with_code(hub, page, phone)
    await pages.open_account(page)
    await page.get_by_test_id("mfa-disable").click()
    await expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    await page.get_by_test_id("mfa-disable-confirm").click()
    await expect(page.get_by_test_id("mfa-begin")).to_be_visible()
    assert (await phones.login(hub, phone.email)).status == 200
