"""Positions that must be closed, as the person whose they are is told."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from hub.trading.closing import rules, service
from tests.browser import pages
from tests.browser.axe import DESKTOP, PHONE, is_good
from tests.browser.conftest import OpenPage
from tests.hubs import PASSWORD, RunningHub
from tests.trading.closures import Account, account
from tests.trading.test_closing import decide, sent

pytestmark = pytest.mark.browser


async def seen_by(mine: Account, page: Page) -> None:
    await pages.sign_in(page, mine.hub.base_url, mine.person.email, PASSWORD)
    await pages.open_trading(page)


async def tried(mine: Account) -> None:
    """Tell its terminal, as often as makes somebody look."""
    for _ in range(rules.STUCK):
        await mine.hub.rows(
            "update trading.closures set next_at = decided_at, due_at = decided_at where account_id = $1",
            mine.id,
        )
        await sent(mine)


async def test_a_person_is_told_that_a_position_is_about_to_be_closed_and_that_it_was(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, mine = await open_page(), await account(hub)
    await page.clock.install()
    await seen_by(mine, page)
    told = page.get_by_role("alert")
    await expect(told).to_have_count(0)
    await decide(mine, timedelta(minutes=10))
    await expect(told).to_contain_text("Position 100 of mine will be closed in 9 min")
    await expect(told).to_contain_text("equity has fallen too far from its highest")
    await page.clock.fast_forward("10:01")
    await expect(told).to_contain_text("must be closed now")
    await mine.gone("100")
    await service.advance(hub.res)
    await expect(told).to_have_count(0)


async def test_a_position_that_could_not_be_closed_says_where_to_look(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, mine = await open_page(), await account(hub, 4)
    await seen_by(mine, page)
    await decide(mine)
    told = page.get_by_role("alert")
    await expect(told).to_contain_text("4 positions of mine must be closed now")
    await tried(mine)
    await expect(told).to_contain_text("could not be yet")
    await page.reload()
    await expect(told).to_contain_text("could not be yet")
    await told.get_by_role("link").click()
    await expect(page.get_by_role("heading", name="Terminals and accounts")).to_be_visible()


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_read_it(hub: RunningHub, open_page: OpenPage, width: int, scheme: str) -> None:
    page, mine = await open_page(width), await account(hub, 2)
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await decide(mine, timedelta(minutes=1))
    await seen_by(mine, page)
    told = page.get_by_role("alert")
    await expect(told).to_contain_text("Positions 100, 101 of mine")
    # The seconds are not read out each time.
    await expect(told.get_by_role("timer")).to_have_attribute("aria-live", "off")
    await is_good(page)
    await tried(mine)
    await expect(told).to_contain_text("could not be yet")
    await is_good(page)
