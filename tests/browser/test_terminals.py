"""Terminals and accounts on the dashboard, with terminals that sign and show."""

from uuid import UUID

import pytest
from caerus_client.keys import decode_secret
from playwright.async_api import ConsoleMessage, Page, expect

from hub.trading.devices import service as devices
from tests.browser import pages
from tests.browser.conftest import OpenPage
from tests.hubs import PASSWORD, Device, Person, RunningHub
from tests.identity import phones
from tests.trading import looks
from tests.trading.test_silent_device import LONG_SINCE

pytestmark = pytest.mark.browser

KEPT = (
    "JSON.stringify([{...localStorage}, {...sessionStorage}, location.href, history.state, document.cookie])"
)


async def on_the_page(hub: RunningHub, page: Page) -> Person:
    person = await hub.person()
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    await pages.open_terminals(page)
    return person


def with_key(hub: RunningHub, shown: dict[str, str]) -> Device:
    """The terminal that was given what the page showed."""
    return Device(hub, shown["DeviceId"], decode_secret(shown["DeviceSecret"]))


async def test_a_key_is_shown_once_and_kept_nowhere(hub: RunningHub, open_page: OpenPage) -> None:
    page, said = await open_page(), list[str]()

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.on("console", hear)
    await on_the_page(hub, page)
    async with page.expect_request("**/devices/register") as asking:
        shown = await pages.register_terminal(page, "VPS in Frankfurt")
    # The hub would keep the answer for a day under such a key.
    assert "idempotency-key" not in await (await asking.value).all_headers()
    assert shown["ApiBase"] == hub.base_url
    assert (await with_key(hub, shown).poll()).status == 200
    await expect(page.get_by_test_id("shown-once").get_by_role("heading")).to_be_focused()
    await expect(page.get_by_test_id("shown-once")).to_contain_text("shown this once")
    secret = shown["DeviceSecret"]
    assert secret in await page.content()
    assert secret not in await page.evaluate(KEPT)
    await page.reload()
    await expect(pages.terminal(page, shown["DeviceId"])).to_contain_text("VPS in Frankfurt")
    assert secret not in await page.content() + await page.evaluate(KEPT) + "".join(said)


async def test_what_is_shown_can_be_copied_and_put_away(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await on_the_page(hub, page)
    shown = await pages.register_terminal(page, "desk")
    for name, value in shown.items():
        await page.get_by_role("button", name=f"Copy {name}").click()
        await expect(page.get_by_test_id("toast").last).to_contain_text(f"{name} copied")
        assert await page.evaluate("navigator.clipboard.readText()") == value
    await pages.put_away(page)
    assert shown["DeviceSecret"] not in await page.content()


async def test_a_terminal_that_is_heard_is_live_until_it_is_silent(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page = await open_page()
    await page.clock.install()
    await on_the_page(hub, page)
    shown = await pages.register_terminal(page, "desk")
    row = pages.terminal(page, shown["DeviceId"])
    await expect(row).to_have_attribute("data-state", "never")
    await expect(row).to_contain_text("last heard never")
    assert (await with_key(hub, shown).poll()).status == 200
    await page.clock.fast_forward("00:15")
    await expect(row).to_have_attribute("data-state", "live")
    await expect(row).to_contain_text("It has shown no account that you have linked.")
    await page.clock.fast_forward("01:00")
    await expect(row).to_have_attribute("data-state", "silent")
    await expect(row).to_contain_text("Is MetaTrader running")


async def test_a_terminal_is_renamed_and_a_taken_name_refused(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    person = await on_the_page(hub, page)
    await hub.device(person, "first")
    device = await hub.device(person, "second")
    await page.reload()
    row = pages.terminal(page, device.id)
    await page.get_by_role("button", name="Rename second").click()
    await expect(page.get_by_test_id("new-name")).to_be_focused()
    await page.get_by_test_id("new-name").fill("first")
    await page.keyboard.press("Enter")
    await expect(row.get_by_role("alert")).to_contain_text("You have a device of this name")
    await page.get_by_test_id("new-name").fill("the laptop")
    await page.keyboard.press("Enter")
    await expect(row.get_by_role("heading")).to_have_text("the laptop")
    await expect(page.get_by_role("button", name="Rename the laptop")).to_be_focused()


async def test_a_new_key_wants_a_fresh_proof_and_says_how_long_the_one_before_is_good(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page = await open_page()
    person = await on_the_page(hub, page)
    before = await hub.device(person, "desk")
    await phones.long_ago(hub, person)
    await page.reload()
    await page.get_by_role("button", name="New key for desk").click()
    await pages.prove(page, PASSWORD)
    shown = await pages.shown_once(page)
    row, after = pages.terminal(page, before.id), with_key(hub, shown)
    assert shown["DeviceId"] == before.id
    await expect(row).to_contain_text("The new key has not been used yet")
    await expect(row).to_contain_text("The key before is good for another 13 d 23 h")
    assert [(await before.poll()).status, (await after.poll()).status] == [200, 200]
    assert (await before.poll()).status == 401
    await page.reload()
    await expect(row).to_have_attribute("data-state", "live")
    await expect(row).not_to_contain_text("The new key")
    assert shown["DeviceSecret"] not in await page.content()


async def test_who_revokes_is_asked_once_more(hub: RunningHub, open_page: OpenPage) -> None:
    page = await open_page()
    person = await on_the_page(hub, page)
    device = await hub.device(person, "lost laptop")
    await page.reload()
    row = pages.terminal(page, device.id)
    await page.get_by_role("button", name="Revoke lost laptop").click()
    await expect(row).to_contain_text("believes nothing that this terminal sends")
    await expect(row.get_by_role("button", name="Keep it")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Revoke lost laptop")).to_be_focused()
    assert (await device.poll()).status == 200
    await page.keyboard.press("Enter")
    await page.get_by_test_id("revoke-confirm").click()
    await expect(row).to_have_count(0)
    assert (await device.poll()).status == 401
    folded = page.get_by_test_id("revoked-terminals")
    await expect(folded.get_by_text("lost laptop")).to_be_hidden()
    await folded.get_by_text("1 revoked").click()
    await expect(folded.get_by_text("lost laptop")).to_be_visible()


async def test_an_account_is_linked_and_proven_by_what_the_terminal_shows(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, broker = await open_page(), looks.broker()
    person = await on_the_page(hub, page)
    device = await hub.device(person)
    await page.reload()
    await pages.mark(page)
    await pages.link_account(page, broker.server, broker.login, "My demo")
    tag = (await pages.shown_once(page))["Tag"]
    row = page.get_by_test_id("account")
    await expect(row).to_have_attribute("data-state", "pending")
    await pages.put_away(page)
    assert tag not in await page.content()
    await page.get_by_role("button", name="Verify My demo").click()
    await expect(row.get_by_role("alert")).to_contain_text("Not proven yet")
    await page.get_by_role("button", name="New tag for My demo").click()
    assert (await pages.shown_once(page))["Tag"] not in ("", tag)
    await pages.put_away(page)
    await looks.sent(device, broker.look(1))
    await expect(row).to_have_attribute("data-state", "verified")
    await expect(row).to_contain_text("Primary")
    await expect(row.get_by_test_id("equity")).to_have_text("10,000.00 USD")
    await expect(row).to_contain_text("Nothing is open.")
    # Told by the stream: nobody asks again so soon.
    gold = looks.position(profit="-500.00", stop="1592.18")
    await looks.sent(device, broker.look(2, equity="9500.00", positions=[gold]))
    await expect(row.get_by_test_id("equity")).to_have_text("9,500.00 USD")
    await expect(row.get_by_test_id("drawdown")).to_have_text("5.00 %")
    await expect(row.get_by_test_id("position")).to_contain_text("−500.00 USD")
    assert await pages.was_not_reloaded(page)


async def test_what_a_terminal_is_not_allowed_says_what_to_mend(hub: RunningHub, open_page: OpenPage) -> None:
    page, known = await open_page(), await looks.verified(hub)
    await pages.sign_in(page, hub.base_url, known.person.email, PASSWORD)
    await pages.open_terminals(page)
    row = pages.terminal(page, known.device.id)
    mend = "Switch Algo Trading on in the terminal's toolbar"
    algo = row.locator('[data-flag="algo_allowed"]')
    await expect(algo).to_have_attribute("data-holds", "true")
    await expect(row).to_contain_text(f"{known.broker.server} · {known.broker.login}")
    await expect(row).not_to_contain_text(mend)
    await looks.sent(known.device, known.broker.worth(1, "9000.00", algo_allowed=False))
    await expect(algo).to_contain_text(mend)
    await expect(row.locator('[data-holds="false"]')).to_have_count(1)
    shown = known.broker.worth(2, "9001.00", connected=False, trade_allowed=False)
    await looks.sent(known.device, shown)
    await expect(row.locator('[data-flag="connected"]')).to_contain_text("Login to Trade Account")
    await expect(row.locator('[data-flag="trade_allowed"]')).to_contain_text("master password")
    await expect(algo).to_have_attribute("data-holds", "true")


async def test_another_account_can_be_primary_and_one_be_unlinked(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, known = await open_page(), await looks.verified(hub)
    second = looks.broker()
    id = (await looks.linked(hub, known.person, second))["account"]["id"]
    await looks.sent(known.device, second.look(1))
    await pages.sign_in(page, hub.base_url, known.person.email, PASSWORD)
    await pages.open_terminals(page)
    first, other = pages.account(page, known.id), pages.account(page, id)
    await expect(first).to_contain_text("Primary")
    await other.get_by_role("button", name="Make mine the primary account").click()
    await expect(other).to_contain_text("Primary")
    await expect(first.get_by_text("Primary", exact=True)).to_have_count(0)
    await first.get_by_role("button", name="Unlink mine").click()
    await expect(first.get_by_role("button", name="Keep it")).to_be_focused()
    await first.get_by_test_id("unlink-confirm").click()
    await expect(first).to_have_count(0)
    await expect(other).to_be_visible()


async def test_an_account_that_is_traded_is_not_unlinked_and_the_hub_says_why(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, known = await open_page(), await looks.verified(hub)
    assert (await hub.approve(known.person, await (await hub.producer()).opened())).status == 201
    await known.device.poll()
    await pages.sign_in(page, hub.base_url, known.person.email, PASSWORD)
    await pages.open_terminals(page)
    row = pages.account(page, known.id)
    await row.get_by_role("button", name="Unlink mine").click()
    await row.get_by_test_id("unlink-confirm").click()
    await expect(row.get_by_role("alert")).to_contain_text("Account is still traded")
    await expect(row.get_by_role("alert")).to_contain_text("1 commands wait for its terminal")


async def test_nobody_elses_terminal_or_account_is_there(hub: RunningHub, open_page: OpenPage) -> None:
    page, other = await open_page(), await looks.verified(hub)
    await hub.res.db.execute(
        "update trading.devices set name = 'not yours' where id = $1", UUID(other.device.id)
    )
    person = await on_the_page(hub, page)
    mine = await hub.device(person, "mine")
    await page.reload()
    await expect(pages.terminal(page, mine.id)).to_be_visible()
    await expect(page.get_by_test_id("terminal")).to_have_count(1)
    await expect(page.get_by_test_id("account")).to_have_count(0)
    content = await page.content()
    assert not [each for each in ("not yours", other.device.id, other.broker.server) if each in content]


async def test_a_clock_that_is_off_is_told_and_one_that_is_right_is_not(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page = await open_page()
    person = await on_the_page(hub, page)
    right, slow = await hub.device(person, "right"), await hub.device(person, "slow")
    assert (await right.poll()).status == 200
    assert (await slow.call("GET", "/api/v1/client/poll?since=&wait=0", skew=-9.5)).status == 200
    await page.reload()
    await expect(pages.terminal(page, slow.id)).to_contain_text("Its clock is 9 s behind")
    await expect(pages.terminal(page, right.id)).to_have_attribute("data-state", "live")
    await expect(pages.terminal(page, right.id)).not_to_contain_text("Its clock")


async def test_a_silent_terminal_is_told_of_on_every_page_until_it_is_back(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, person = await open_page(), await hub.person()
    device = await hub.device(person, "desk")
    assert (await device.poll()).status == 200
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    told = page.get_by_test_id("silent-terminals")
    await expect(told).to_have_count(0)
    await device.unheard(121)
    await devices.watch(hub.res, LONG_SINCE)
    await expect(told).to_contain_text("desk has not been heard since")
    await told.get_by_role("link").click()
    await expect(pages.terminal(page, device.id)).to_have_attribute("data-state", "silent")
    assert (await device.poll()).status == 200
    await expect(told).to_have_count(0)
