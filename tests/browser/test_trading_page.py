"""What keeps a trader's money safe, on the dashboard: pause and resume, size, limits, preflight."""

import pytest
from playwright.async_api import Locator, Page, expect

from hub.trading.risk import sweep
from tests.browser import pages
from tests.browser.axe import DESKTOP, PHONE, is_good
from tests.browser.conftest import OpenPage
from tests.hubs import PASSWORD, Person, RunningHub, until
from tests.insight.test_account_charts import worth
from tests.trading import preflights
from tests.trading.guarded import account, approved, stand
from tests.trading.looks import Verified, verified
from tests.trading.test_controls import control

pytestmark = pytest.mark.browser


async def on_the_page(hub: RunningHub, page: Page, person: Person | None = None) -> Person:
    person = person or await hub.person()
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    await pages.open_trading(page)
    return person


def opens(page: Page, answer: bool) -> Locator:
    """The panel, when it says that new trades are opened, or that none is."""
    return page.locator(f'[data-testid="trading"][data-opens="{str(answer).lower()}"]')


def limit(page: Page, name: str) -> Locator:
    return page.locator(f'[data-limit="{name}"]')


async def approve(page: Page, signal_id: str) -> None:
    """On the signal's own page."""
    await page.get_by_role("link", name="Signals", exact=True).click()
    await pages.open_signal(page, signal_id)
    await page.get_by_test_id("approve").click()


async def test_a_pause_keeps_an_approval_out_and_resuming_lets_it_in(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page = await open_page()
    person = await on_the_page(hub, page)
    device = await hub.device(person)
    await expect(opens(page, True)).to_contain_text("New trades are opened")
    await page.get_by_test_id("pause").click()
    await expect(opens(page, False)).to_contain_text("You paused trading")
    await expect(page.get_by_test_id("resume")).to_be_focused()
    signal_id = await (await hub.producer()).opened()
    await approve(page, signal_id)
    refused = page.get_by_test_id("toast").last
    await expect(refused).to_contain_text("Trading is paused")
    await expect(refused).to_contain_text("No trade is opened now; nothing was changed.")
    await expect(page.get_by_test_id("approve")).to_be_enabled()
    assert (await device.poll()).body["commands"] == []
    await pages.open_trading(page)
    await page.get_by_test_id("resume").click()
    await expect(page.get_by_role("button", name="Stay paused")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("resume")).to_be_focused()
    assert (await approved(hub, person)).status == 409
    await page.keyboard.press("Enter")
    await page.get_by_test_id("resume-confirm").click()
    await expect(opens(page, True)).to_be_visible()
    await expect(page.get_by_test_id("pause")).to_be_focused()
    await approve(page, signal_id)
    await expect(page.get_by_test_id("decision-outcome")).to_contain_text("You approved this signal")

    async def told() -> bool:
        return len((await device.poll()).body["commands"]) == 1

    await until(told)


async def test_what_the_owner_and_rules_stop_is_told_as_it_happens(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page = await open_page()
    person, owner = await on_the_page(hub, page), await hub.person("owner")
    await pages.mark(page)
    await control(hub, owner, "pause", user_id=str(person.id), reason="a talk first")
    await expect(pages.stop(page, "pause-owner")).to_contain_text(
        "“a talk first”. Only the owner can resume it."
    )
    await expect(page.get_by_test_id("resume")).to_have_count(0)
    switch = {"scope": "user", "user_id": str(person.id), "reason": "news", "on": True}
    assert (await hub.call("PUT", "/api/v1/risk/kill-switch", switch, owner.bearer)).status == 200
    await expect(pages.stop(page, f"switch-{person.id}")).to_contain_text("The kill switch is on: “news”")
    await hub.call("PUT", "/api/v1/risk/kill-switch", switch | {"on": False}, owner.bearer)
    await control(hub, owner, "resume", user_id=str(person.id))
    await expect(opens(page, True)).to_be_visible()
    assert await pages.was_not_reloaded(page)


async def test_everybodys_kill_switch_is_told_as_it_is_turned(hub: RunningHub, open_page: OpenPage) -> None:
    page, owner = await open_page(), await hub.person("owner")
    await on_the_page(hub, page)
    switch = {"scope": "all", "reason": "the bus is down", "on": True}
    try:
        assert (await hub.call("PUT", "/api/v1/risk/kill-switch", switch, owner.bearer)).status == 200
        await expect(pages.stop(page, "switch-all")).to_contain_text("everybody's trading")
    finally:
        await hub.call("PUT", "/api/v1/risk/kill-switch", switch | {"on": False}, owner.bearer)
    await expect(opens(page, True)).to_be_visible()


async def test_a_limit_that_is_reached_is_told(hub: RunningHub, open_page: OpenPage) -> None:
    page, person = await open_page(), await hub.person()
    id = await account(hub, person)
    await stand(hub, id, equity=90_000)
    assert (await approved(hub, person)).body["reason"] == "drawdown"
    await on_the_page(hub, page, person)
    await expect(pages.stop(page, f"limit-{id}")).to_contain_text("fallen too far from its highest")
    await expect(opens(page, False)).to_be_visible()
    for unseen, words in (
        ({"day": 112_000}, "Today's loss"),
        ({"age": 500.0}, "does not know how it stands"),
    ):
        await stand(hub, id, **unseen)
        await page.reload()
        await expect(pages.stop(page, f"limit-{id}")).to_contain_text(words)
    await stand(hub, id, equity=90_001)
    await page.reload()
    await expect(opens(page, True)).to_be_visible()
    assert (await approved(hub, person)).status == 201


async def test_what_the_guards_say_is_told_as_they_say_it(hub: RunningHub, open_page: OpenPage) -> None:
    page, person = await open_page(), await hub.person()
    id = await account(hub, person)
    await sweep.sweep(hub.res)
    await on_the_page(hub, page, person)
    await expect(opens(page, True)).to_be_visible()
    await pages.mark(page)
    await stand(hub, id, day=120_000)
    await sweep.sweep(hub.res)
    await expect(pages.stop(page, f"limit-{id}")).to_contain_text("Today's loss has reached its limit.")
    assert (await approved(hub, person)).body["reason"] == "daily_stop"
    await stand(hub, id)
    await sweep.sweep(hub.res)
    await expect(opens(page, True)).to_be_visible()
    assert await pages.was_not_reloaded(page)


async def test_what_an_account_was_worth_is_drawn(hub: RunningHub, open_page: OpenPage) -> None:
    page, mine = await open_page(), await verified(hub)
    await worth(mine, [1_000_000 + 5_000 * (number % 7) for number in range(50)])
    await on_the_page(hub, page, mine.person)
    picture = page.get_by_role("img", name="Equity of mine over the last 30 days")
    await expect(picture).to_be_visible(timeout=30_000)
    await expect(picture).not_to_have_js_property("naturalWidth", 0)
    drawn = await picture.get_attribute("src")
    await page.emulate_media(color_scheme="dark")
    await expect(picture).not_to_have_attribute("src", drawn or "", timeout=30_000)


async def test_of_what_nothing_is_known_no_picture_is_promised(hub: RunningHub, open_page: OpenPage) -> None:
    page, person = await open_page(), await hub.person()
    await account(hub, person)
    await on_the_page(hub, page, person)
    await expect(page.get_by_text("Nothing is known yet of what that account was worth.")).to_be_visible()


async def test_a_limit_is_tightened_and_a_looser_one_refused_in_the_hubs_words(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page = await open_page()
    await page.clock.install()
    person = await on_the_page(hub, page)
    row = limit(page, "max_drawdown_bp")
    await expect(row).to_contain_text("House")
    await expect(row.get_by_test_id("limit-value")).to_have_text("10 %")
    await page.get_by_test_id("tighten").click()
    field = page.get_by_test_id("own-max_drawdown_bp")
    await field.fill("15")
    await page.get_by_test_id("tighten-submit").click()
    await expect(pages.alert(page).filter(has_text="You can only tighten limits.")).to_be_visible()
    await expect(pages.alert(page).filter(has_text="is looser than 1000")).to_be_visible()
    await expect(field).to_have_attribute("aria-invalid", "true")
    held = (await hub.call("GET", "/api/v1/risk/me", headers=person.bearer)).body
    assert set(held["own"].values()) == {None}
    await page.get_by_role("button", name="Cancel").click()
    await page.get_by_test_id("tighten").click()
    await expect(pages.alert(page)).to_have_count(0)
    await field.fill("7,5")
    await page.get_by_test_id("tighten-submit").click()
    await expect(row.get_by_test_id("limit-value")).to_have_text("7.5 %")
    await expect(row).to_contain_text("Yours")
    await expect(row).to_contain_text("once equity is 7.5 % below its highest")
    await expect(page.get_by_test_id("tighten")).to_be_focused()
    held = (await hub.call("GET", "/api/v1/risk/me", headers=person.bearer)).body
    assert (held["effective"]["max_drawdown_bp"], held["own"]["max_exposure_bp"]) == (750, None)
    await page.get_by_test_id("tighten").click()
    await expect(field).to_have_value("7.5")
    # What was set elsewhere meanwhile stays.
    elsewhere = {"max_drawdown_bp": 750, "daily_stop_bp": 400}
    assert (await hub.call("PUT", "/api/v1/risk/me", elsewhere, person.bearer)).status == 200
    async with page.expect_request("**/risk/me") as asking:
        await page.clock.fast_forward("00:15")
    await (await asking.value).response()
    await field.fill("")
    await page.get_by_test_id("tighten-submit").click()
    await expect(row).to_contain_text("House")
    held = (await hub.call("GET", "/api/v1/risk/me", headers=person.bearer)).body["own"]
    assert (held["max_drawdown_bp"], held["daily_stop_bp"]) == (None, 400)


async def test_a_size_is_set_and_one_that_risks_too_much_refused(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page = await open_page()
    person = await on_the_page(hub, page)
    size = page.get_by_test_id("size")
    await expect(size).to_contain_text("A trade loses at most 2 % of equity at its stop.")
    await size.click()
    await page.get_by_test_id("size-percent").fill("2.5")
    await page.get_by_test_id("size-submit").click()
    await expect(pages.alert(page)).to_have_text("a trade may risk 200 basis points of equity at most")
    await page.get_by_test_id("size-percent").fill("0.29")
    await page.get_by_test_id("size-submit").click()
    await expect(size).to_contain_text("at most 0.29 % of equity")
    await page.get_by_test_id("size-fraction").check()
    await page.get_by_test_id("size-percent").fill("25")
    await page.get_by_test_id("size-submit").click()
    await expect(size).to_contain_text("A trade takes 25 % of free margin.")
    held = (await hub.call("GET", "/api/v1/trading/status", headers=person.bearer)).body["size"]
    assert held == {"mode": "fraction", "bp": 2500}


def checked(page: Page, of: Verified) -> Locator:
    return page.locator(f'[data-testid="preflight"][data-account-id="{of.id}"]')


async def test_a_failed_preflight_says_what_to_mend_until_a_report_passes(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, mine = await open_page(), await preflights.real(hub)
    await on_the_page(hub, page, mine.person)
    await expect(checked(page, mine)).to_contain_text("Its terminal was never checked.")
    await expect(pages.stop(page, f"gap-{mine.id}")).to_contain_text("mine has no certificate")
    await preflights.flown(mine, 1, preflights.gold(contract_size="10"), algo_allowed=False)
    await page.reload()
    await expect(checked(page, mine)).to_have_attribute("data-gap", "failed")
    algo = checked(page, mine).locator('[data-reason="algo_off"][data-severity="block"]')
    await expect(algo).to_contain_text("Switch Algo Trading on, in the terminal and for this EA.")
    size = checked(page, mine).locator('[data-reason="contract_size"]')
    await expect(size).to_contain_text("Choose the symbol with this contract size")
    await expect(size).to_contain_text("found 10, needed 100")
    assert await preflights.refusal(mine) == "failed"
    await pages.mark(page)
    await preflights.flown(mine, 2)
    await expect(checked(page, mine)).to_have_attribute("data-gap", "")
    await expect(checked(page, mine).get_by_test_id("certificate")).to_contain_text("For XAUUSD until")
    await expect(checked(page, mine).get_by_test_id("finding").filter(visible=True)).to_have_count(0)
    await expect(pages.stop(page, f"gap-{mine.id}")).to_have_count(0)
    assert await pages.was_not_reloaded(page)
    await checked(page, mine).get_by_test_id("warnings").click()
    await expect(checked(page, mine).locator('[data-reason="missing"]').first).to_be_visible()


async def test_a_demo_account_may_trade_without_a_certificate_and_is_told(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, mine = await open_page(), await verified(hub)
    await on_the_page(hub, page, mine.person)
    await expect(checked(page, mine)).to_contain_text("without real money, so it may trade all the same")
    await expect(opens(page, True)).to_be_visible()


async def test_who_has_no_account_is_told_that_there_is_nothing_to_check(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page = await open_page()
    await on_the_page(hub, page)
    await expect(page.get_by_text("You have no verified account")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_axe_finds_nothing(hub: RunningHub, open_page: OpenPage, width: int, scheme: str) -> None:
    page, mine = await open_page(width, 800), await preflights.real(hub)
    symbol = preflights.gold("XAUUSD.with-a", contract_size="10")
    await preflights.flown(mine, 1, symbol, preflights.gold("BTCUSD"), algo_allowed=False)
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await on_the_page(hub, page, mine.person)
    await expect(checked(page, mine)).to_have_attribute("data-gap", "failed")
    await checked(page, mine).get_by_test_id("warnings").click()
    await page.get_by_test_id("size").click()
    await is_good(page)
    await page.get_by_test_id("pause").click()
    await page.get_by_test_id("resume").click()
    await page.get_by_test_id("tighten").click()
    await page.get_by_test_id("own-max_drawdown_bp").fill("15")
    await page.get_by_test_id("tighten-submit").click()
    await expect(pages.alert(page).first).to_be_visible()
    await is_good(page)
