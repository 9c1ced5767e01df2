"""Copying on the dashboard: the consent, turning it on and off, what is earned, limits, what stops it."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Request, expect

from hub.trading.copying import consent, watch
from hub.trading.copying.settings import settings
from tests.browser import pages
from tests.browser.axe import DESKTOP, PHONE, is_good
from tests.browser.conftest import OpenPage
from tests.hubs import PASSWORD, RunningHub
from tests.identity import phones
from tests.trading.copiers import Copying, candidate, copied, copying
from tests.trading.test_controls import control

pytestmark = pytest.mark.browser


async def on_the_page(mine: Copying, page: Page) -> None:
    await pages.sign_in(page, mine.hub.base_url, mine.person.email, PASSWORD)
    await pages.open_copying(page)


def state(page: Page, *, enabled: bool, running: bool) -> Locator:
    """The panel, when it says so."""
    said = f'[data-enabled="{str(enabled).lower()}"][data-running="{str(running).lower()}"]'
    return page.locator(f'[data-testid="copying"]{said}')


async def enable(page: Page) -> None:
    await page.get_by_test_id("copy-read").check()
    await page.get_by_test_id("copy-enable").click()


def plainly(text: str) -> str:
    """Words alone: without marks, and with one space between them."""
    return " ".join(re.sub(r"\*\*|^#+ |^\d+\. ", "", text, flags=re.MULTILINE).split())


async def test_copying_is_on_only_after_the_words_were_ticked_and_a_fresh_proof(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, mine, asked = await open_page(), await candidate(hub), list[str]()

    def hear(request: Request) -> None:
        if request.url.endswith("/copy/enable"):
            asked.append(request.url)

    page.on("request", hear)
    await on_the_page(mine, page)
    await phones.long_ago(hub, mine.person)
    await page.reload()
    await expect(state(page, enabled=False, running=False)).to_contain_text("Copying is off")
    shown = page.get_by_test_id("copy-consent")
    assert plainly(await shown.inner_text()) == plainly(consent.current().text)
    await expect(shown).to_have_attribute("data-version", consent.current().version)
    await page.get_by_test_id("copy-percent").fill("50")
    await page.get_by_test_id("copy-enable").click()
    await expect(page.get_by_test_id("copy-read")).to_be_focused()
    assert (asked, (await mine.status())["enabled"]) == ([], False)
    await enable(page)
    await pages.prove(page, PASSWORD)
    await expect(state(page, enabled=True, running=True)).to_contain_text("Copying is on")
    await expect(page.get_by_test_id("copy-disable")).to_be_focused()
    held = await mine.status()
    assert (held["consent"]["given"], held["multiplier_bp"]) == (consent.current().version, 5000)
    # Refused for want of a proof, then done.
    assert len(asked) == 2


async def test_copying_is_turned_off_at_once(hub: RunningHub, open_page: OpenPage) -> None:
    page, mine = await open_page(), await copying(hub)
    await on_the_page(mine, page)
    await expect(state(page, enabled=True, running=True)).to_be_visible()
    await expect(page.get_by_test_id("copy-consent")).to_be_hidden()
    assert await mine.copied() == ("placed", None)
    await page.get_by_test_id("copy-disable").click()
    await expect(state(page, enabled=False, running=False)).to_be_visible()
    await expect(page.get_by_test_id("copy-words")).to_be_focused()
    await expect(page.get_by_test_id("copy-consent")).to_be_visible()
    held = await mine.status()
    assert (held["enabled"], held["consent"]["given"]) == (False, None)
    before = await mine.traces()
    signal_id = await mine.signal()
    await copied(hub)
    assert (await mine.traces(), await mine.placements(signal_id)) == (before, [])


async def test_words_that_are_not_in_force_any_more_turn_nothing_on(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, mine = await open_page(), await candidate(hub)
    old = {"version": "2020-01-01", "text": "# Words of long ago\n\nAll is well."}

    async def long_ago(route: Any) -> None:
        await route.fulfill(json=old)

    await page.route("**/copy/consent", long_ago, times=1)
    await on_the_page(mine, page)
    await expect(page.get_by_test_id("copy-consent")).to_contain_text("Words of long ago")
    await enable(page)
    await expect(pages.alert(page)).to_contain_text("Other words are in force")
    await expect(page.get_by_test_id("copy-consent")).to_have_attribute(
        "data-version", consent.current().version
    )
    # Who ticked the words of before has not read these.
    await expect(page.get_by_test_id("copy-read")).not_to_be_checked()
    assert (await mine.status())["enabled"] is False
    await enable(page)
    await expect(state(page, enabled=True, running=True)).to_be_visible()


async def test_what_is_earned_is_counted_and_a_suspension_says_why(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, mine, needed = await open_page(), await candidate(hub), settings().earned_approvals
    await mine.earn(needed - 1)
    await on_the_page(mine, page)
    strategy = page.locator(f'[data-testid="earned"][data-strategy="{mine.strategy}"]')
    await expect(strategy).to_contain_text(f"{needed - 1} of {needed} approved by hand")
    await expect(strategy).to_contain_text("Not earned")
    await mine.earn(1)
    await page.reload()
    await expect(strategy).to_have_attribute("data-unlocked", "true")
    await expect(strategy).to_contain_text(f"{needed} of {needed} approved by hand")
    await hub.rows(
        """insert into trading.copy_suspensions (user_id, strategy, reason, figures, at)
        values ($1, $2, 'drift', '{}', now())""",
        mine.person.id,
        mine.strategy,
    )
    await page.reload()
    await expect(strategy).to_contain_text("filled worse than its signals wanted. It counts anew from then.")
    await expect(strategy).to_contain_text(f"0 of {needed} approved by hand")


async def test_a_limit_of_copied_trades_is_tightened_and_a_looser_one_refused(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, mine = await open_page(), await candidate(hub)
    await on_the_page(mine, page)
    row = page.locator('[data-limit="max_trade_risk_bp"]')
    await expect(row).to_contain_text("All trades")
    await expect(page.locator('[data-limit="liquidation_equity"]')).to_have_count(0)
    await page.get_by_test_id("tighten").click()
    await page.get_by_test_id("own-max_trade_risk_bp").fill("3")
    await page.get_by_test_id("tighten-submit").click()
    await expect(pages.alert(page).filter(has_text="is looser than 200")).to_be_visible()
    await page.get_by_test_id("own-max_trade_risk_bp").fill("0.5")
    await page.get_by_test_id("own-max_volume").fill("0.25")
    await page.get_by_test_id("own-max_trades_a_day").fill("2000")
    await page.get_by_test_id("tighten-submit").click()
    await expect(page.get_by_test_id("own-max_trades_a_day")).to_have_attribute("aria-invalid", "true")
    await page.get_by_test_id("own-max_trades_a_day").fill("4")
    await page.get_by_test_id("tighten-submit").click()
    await expect(row.get_by_test_id("limit-value")).to_have_text("0.5 %")
    await expect(row).to_contain_text("Yours")
    await expect(page.locator('[data-limit="max_trades_a_day"]')).to_contain_text("Yours0 of 4")
    await expect(page.locator('[data-limit="max_volume"]')).to_contain_text("Yours0.25 lots")
    limits = (await mine.status())["limits"]
    assert limits["most"]["own"] == {"max_trades_a_day": 4, "max_volume": "0.25"}
    assert limits["own"]["max_trade_risk_bp"] == 50
    everywhere = (await hub.call("GET", "/api/v1/risk/me", headers=mine.person.bearer)).body
    assert everywhere["effective"]["max_trade_risk_bp"] == 200


async def test_a_field_that_nobody_touched_undoes_nothing_that_was_set_elsewhere(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, mine = await open_page(), await candidate(hub)
    await on_the_page(mine, page)
    await page.get_by_test_id("tighten").click()
    async with page.expect_response("**/copy/status"):
        elsewhere = {"max_trades_a_day": 3, "daily_stop_bp": 400}
        assert (await mine.call("risk", elsewhere)).status == 200
    await page.get_by_test_id("own-max_volume").fill("0.5")
    await page.get_by_test_id("tighten-submit").click()
    await expect(page.get_by_text("0 of 3")).to_be_visible()
    limits = (await mine.status())["limits"]
    assert limits["most"]["own"] == {"max_trades_a_day": 3, "max_volume": "0.5"}
    assert limits["own"]["daily_stop_bp"] == 400


async def test_whose_each_limit_is_is_told_and_an_empty_field_is_the_houses(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, mine = await open_page(), await copying(hub)
    assert (await mine.call("risk", {"max_trades_a_day": 3})).status == 200
    await on_the_page(mine, page)
    drift = state(page, enabled=True, running=True).locator('[data-fact="max_drift_points"]')
    spread = state(page, enabled=True, running=True).locator('[data-fact="max_spread_points"]')
    await expect(drift).to_contain_text("House50 points")
    await expect(page.locator('[data-limit="max_trades_a_day"]')).to_contain_text("Yours0 of 3")
    await expect(page.locator('[data-limit="max_volume"]')).to_contain_text("House5 lots")
    await page.get_by_test_id("copy-words").click()
    await expect(page.get_by_text("House: 50 points.")).to_be_visible()
    await expect(page.get_by_test_id("copy-drift")).to_have_value("")
    await page.get_by_test_id("copy-drift").fill("70")
    await enable(page)
    await expect(drift).to_contain_text("Yours70 points")
    await expect(spread).to_contain_text("House100 points")
    own = {"max_drift_points": 70, "max_spread_points": None}
    assert (await mine.status())["tolerance"]["own"] == own
    await page.get_by_test_id("tighten").click()
    await expect(page.get_by_test_id("own-max_trades_a_day")).to_have_value("3")
    await expect(page.get_by_test_id("own-max_volume")).to_have_value("")
    await expect(page.get_by_text("House: 5 lots.")).to_be_visible()
    await page.get_by_test_id("own-max_trades_a_day").fill("")
    await page.get_by_test_id("tighten-submit").click()
    most = page.locator('[data-limit="max_trades_a_day"]')
    await expect(most).to_contain_text(f"House0 of {settings().trades_a_day}")


async def test_what_stops_copying_is_told_as_it_happens(hub: RunningHub, open_page: OpenPage) -> None:
    page, mine = await open_page(), await copying(hub)
    await on_the_page(mine, page)
    await pages.mark(page)
    await control(hub, mine.person, "pause", reason="lunch")
    await expect(pages.stop(page, "paused")).to_contain_text("Paused by user: lunch")
    await expect(state(page, enabled=True, running=False)).to_contain_text("Copying is on, but stopped")
    await control(hub, mine.person, "resume")
    await expect(state(page, enabled=True, running=True)).to_be_visible()
    assert await pages.was_not_reloaded(page)


async def test_who_was_suspended_reads_the_words_again(hub: RunningHub, open_page: OpenPage) -> None:
    page, mine = await open_page(), await copying(hub)
    await on_the_page(mine, page)
    await hub.rows(
        """update trading.account_states set received_at = received_at - interval '1 day'
        where account_id = $1::text::uuid""",
        mine.account.id,
    )
    assert await watch.run(hub.res) >= 1
    await expect(pages.stop(page, "heartbeat")).to_contain_text("Your terminal was not heard of.")
    await expect(page.get_by_test_id("copy-consent")).to_be_visible()
    await mine.look(100)
    await enable(page)
    await expect(state(page, enabled=True, running=True)).to_be_visible()
    await expect(page.get_by_test_id("copy-consent")).to_be_hidden()


async def test_no_returns_are_promised(hub: RunningHub, open_page: OpenPage) -> None:
    page, mine = await open_page(), await candidate(hub)
    await on_the_page(mine, page)
    await expect(page.get_by_test_id("copying")).to_contain_text(
        "These strategies show no edge before costs on the data we have"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_axe_finds_nothing(hub: RunningHub, open_page: OpenPage, width: int, scheme: str) -> None:
    page, mine = await open_page(width, 800), await copying(hub)
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await control(hub, mine.person, "pause")
    await on_the_page(mine, page)
    await expect(pages.stop(page, "paused")).to_be_visible()
    await page.get_by_test_id("copy-words").click()
    await is_good(page)
    await page.get_by_test_id("tighten").click()
    await page.get_by_test_id("own-max_trade_risk_bp").fill("3")
    await page.get_by_test_id("tighten-submit").click()
    await expect(pages.alert(page).first).to_be_visible()
    await is_good(page)
    await page.get_by_test_id("copy-disable").click()
    await expect(state(page, enabled=False, running=False)).to_be_visible()
    await is_good(page)
