"""The market on a signal's page, as an owner's terminal shows it, beside the limits that a person puts on an approval."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from msgspec import Struct
from playwright.async_api import Locator, Page, Route, expect

from hub.market.quotes import service
from tests.browser import pages
from tests.browser.axe import DESKTOP, PHONE, is_good
from tests.browser.conftest import OpenPage
from tests.hubs import PASSWORD, Device, Person, RunningHub, until
from tests.market.ticks import nobody_quotes
from tests.trading.looks import Broker, broker, linked, sent

pytestmark = pytest.mark.browser


class Quoting(Struct):
    """An owner's terminal: what it quotes everybody is shown."""

    hub: RunningHub
    device: Device
    at: Broker
    looks: int = 0

    async def quotes(self, bid: str, ask: str, symbol: str = "GOLD", ago: float = 0) -> None:
        """With a signed snapshot, and told to whoever follows. `ago`: seconds since the tick."""
        time = (datetime.now(UTC) - timedelta(seconds=ago)).isoformat()
        quote = {"symbol": symbol, "bid": bid, "ask": ask, "time": time}
        await sent(self.device, self.at.look(self.looks, quotes=[quote]))
        self.looks += 1

        # A symbol is told once a second at most.
        async def told() -> bool:
            return await service.tell(self.hub.res) > 0

        await until(told)


async def quoting(hub: RunningHub) -> Quoting:
    owner, at = await hub.person("owner"), broker()
    device = await hub.device(owner)
    await linked(hub, owner, at)
    return Quoting(hub, device, at)


async def on_a_signal(hub: RunningHub, page: Page, **changed: Any) -> Person:
    """Signed in, with a signal's page open: gold, bought at a limit of 1626.67, unless told otherwise."""
    person = await hub.person()
    signal_id = await (await hub.producer()).opened(**changed)
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    await pages.open_signal(page, signal_id)
    return person


def market(page: Page) -> Locator:
    return page.get_by_test_id("market")


def broken(page: Page) -> Locator:
    """What is said of limits that would not hold now."""
    return page.get_by_test_id("bounds-broken")


async def limit(page: Page, **most: str) -> None:
    for name, points in most.items():
        await page.get_by_test_id(f"bounds-{name}").fill(points)


async def test_the_market_is_shown_and_moves_without_a_reload(hub: RunningHub, open_page: OpenPage) -> None:
    page, terminal = await open_page(), await quoting(hub)
    await terminal.quotes("1630.00", "1630.20")
    await on_a_signal(hub, page)
    await pages.mark(page)
    await expect(market(page)).to_have_attribute("data-state", "fresh")
    await expect(page.get_by_test_id("market-bid")).to_have_text("1630.00")
    await expect(page.get_by_test_id("market-ask")).to_have_text("1630.20")
    await expect(page.get_by_test_id("market-spread")).to_have_text("0.20")
    await expect(market(page)).to_contain_text("20 points")
    await expect(page.get_by_test_id("market-distance")).to_have_text(
        "The ask is 353 points above the entry."
    )
    await terminal.quotes("1592.18", "1592.68")
    await expect(page.get_by_test_id("market-ask")).to_have_text("1592.68")
    await expect(market(page)).to_contain_text("50 points")
    await expect(market(page)).to_contain_text("The market is beyond the stop already.")
    await terminal.quotes("1738.73", "1738.90")
    await expect(market(page)).to_contain_text("The market is past the target already.")
    assert await pages.was_not_reloaded(page)


async def test_limits_that_the_market_would_break_are_told_while_they_are_typed(
    hub: RunningHub, open_page: OpenPage
) -> None:
    page, terminal = await open_page(), await quoting(hub)
    await terminal.quotes("1620.00", "1620.20")
    await on_a_signal(hub, page)
    await page.get_by_text("Limits for this approval").click()
    await limit(page, drift="657", spread="20")
    await expect(broken(page)).to_be_empty()
    await limit(page, drift="656", spread="19")
    await expect(broken(page)).to_contain_text("An order would work 657 points from the entry now, 656 are")
    await expect(broken(page)).to_contain_text("The spread is 20 points now, 19 are allowed.")
    await terminal.quotes("1626.80", "1626.95")
    await expect(broken(page)).to_be_empty()


async def test_a_quote_goes_stale_and_is_fresh_again(hub: RunningHub, open_page: OpenPage) -> None:
    page, terminal = await open_page(), await quoting(hub)
    await nobody_quotes(hub, "XAUUSD")
    await on_a_signal(hub, page)
    await page.get_by_text("Limits for this approval").click()
    await limit(page, spread="1")
    await terminal.quotes("1630.00", "1630.20", ago=25)
    await expect(market(page)).to_have_attribute("data-state", "fresh")
    await expect(broken(page)).not_to_be_empty()
    await expect(market(page)).to_have_attribute("data-state", "stale", timeout=15_000)
    await expect(market(page)).to_contain_text("The last quote of XAUUSD is too old to go by.")
    await expect(page.get_by_test_id("market-bid")).to_have_count(0)
    await expect(broken(page)).to_be_empty()
    await terminal.quotes("1631.00", "1631.20")
    await expect(page.get_by_test_id("market-bid")).to_have_text("1631.00")


async def test_a_quote_is_fresh_for_as_long_as_the_hub_says(hub: RunningHub, open_page: OpenPage) -> None:
    page, terminal = await open_page(), await quoting(hub)

    async def for_two_seconds(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, json=await answer.json() | {"fresh_seconds": 2})

    await page.route("**/api/v1/quotes?*", for_two_seconds)
    await terminal.quotes("1630.00", "1630.20")
    await on_a_signal(hub, page)
    await expect(market(page)).to_have_attribute("data-state", "stale")
    await expect(market(page)).to_contain_text("The last quote of XAUUSD is too old to go by.")


async def test_a_quote_is_as_old_to_a_clock_that_is_wrong(hub: RunningHub, open_page: OpenPage) -> None:
    page, terminal = await open_page(), await quoting(hub)
    await page.clock.install(time=datetime.now(UTC) + timedelta(hours=1))
    await terminal.quotes("1630.00", "1630.20")
    await on_a_signal(hub, page)
    await expect(page.get_by_test_id("market-bid")).to_have_text("1630.00")
    await terminal.quotes("1631.00", "1631.20")
    await expect(page.get_by_test_id("market-bid")).to_have_text("1631.00")
    await page.clock.fast_forward("00:31")
    await expect(market(page)).to_have_attribute("data-state", "stale")


async def test_what_was_stale_when_it_was_told_is_stale(hub: RunningHub, open_page: OpenPage) -> None:
    """A terminal that is started on a Sunday quotes what the market was on Friday."""
    page, terminal = await open_page(), await quoting(hub)
    await nobody_quotes(hub, "US500")
    await on_a_signal(hub, page, instrument="US500")
    await expect(market(page)).to_have_attribute("data-state", "none")
    await expect(market(page)).to_contain_text("No terminal of the house quotes US500.")
    await terminal.quotes("6000.0", "6000.5", "US500", ago=3600)
    await expect(market(page)).to_have_attribute("data-state", "stale")
    await expect(market(page)).to_contain_text("1 h ago")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_the_page_is_good_with_every_word_of_it(
    hub: RunningHub, open_page: OpenPage, width: int, scheme: Literal["light", "dark"]
) -> None:
    page, terminal = await open_page(width, 900), await quoting(hub)
    await page.emulate_media(color_scheme=scheme)
    await terminal.quotes("1590.00", "1590.45")
    await on_a_signal(hub, page)
    await page.get_by_text("Limits for this approval").click()
    await limit(page, drift="50", spread="30")
    await expect(broken(page)).to_contain_text("are allowed")
    await expect(market(page)).to_contain_text("beyond the stop already")
    await is_good(page)
    await nobody_quotes(hub, "XAUUSD")
    await page.reload()
    await expect(market(page)).to_have_attribute("data-state", "none")
    await is_good(page)
