"""The guide, followed word by word: its reader, a browser, a terminal, a real hub.

With `GUIDE_PICTURES=ea-sdk/images` the pages are photographed anew.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser import pages
from tests.browser.conftest import OpenPage
from tests.ea_sdk import guide
from tests.ea_sdk.build import SDK, compiled
from tests.ea_sdk.guide import Fill
from tests.ea_sdk.terminals import Terminal
from tests.hubs import PASSWORD, RunningHub, until
from tests.trading.looks import broker

pytestmark = pytest.mark.browser

ADDRESS = "https://hub.example.com"
AS_IN_THE_GUIDE = """known => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    for (const [own, example] of Object.entries(known))
      walker.currentNode.data = walker.currentNode.data.replaceAll(own, example);
}"""
PICTURES = os.environ.get("GUIDE_PICTURES")


class Reader:
    """Does what the guide says, in its order, and remembers what was shown."""

    def __init__(self, hub: RunningHub, page: Page, folder: Path) -> None:
        self.hub, self.page, self.folder = hub, page, folder
        self.at = broker()
        self.known = {ADDRESS: hub.base_url, "Broker-Demo": self.at.server, "1234567": self.at.login}
        self.shown: dict[str, str] = {}

    async def follow(self, heading: str) -> None:
        for step in guide.steps(guide.section(heading), self.known):
            if isinstance(step, Fill):
                await self.page.get_by_label(step.label, exact=True).fill(step.value)
                continue
            button = self.page.get_by_role("button", name=step.name, exact=True)
            named = button.or_(self.page.get_by_role("link", name=step.name, exact=True)).first
            await expect(named).to_be_visible()
            await self._remember()
            await named.click()

    async def _remember(self) -> None:
        """What is shown this once, if anything is."""
        shown = self.page.get_by_test_id("shown-once")
        if await shown.count():
            new = await pages.shown_once(self.page)
            self.shown |= new
            if "DeviceSecret" in new:
                await self.picture("registered", shown)

    def terminal(self, **other: str) -> Terminal:
        """A terminal whose owner did steps 3 to 5: the address allowed, the inputs filled in."""
        allowed = guide.code(guide.section("3. "))[-1]
        inputs = {
            f"EA_{name}": self.input(name, text) for name, text in guide.rows(guide.section("5. ")).items()
        }
        settings = {
            "SHIM_ALLOWED": self.known[allowed],
            "SHIM_SYMBOL": inputs["EA_PreflightSymbols"],
            "SHIM_SERVER": self.at.server,
            "SHIM_LOGIN": self.at.login,
            "EA_SnapshotSeconds": "1",
        }
        terminal = Terminal(self.folder, **(settings | inputs | other))
        terminal.market(1650.0, 1650.2)
        return terminal

    def input(self, name: str, text: str) -> str:
        if "shown in step 1" in text:
            return self.shown[name]
        return guide.code(text)[0]

    async def picture(self, name: str, of: Locator) -> None:
        if PICTURES:
            await self.page.evaluate(AS_IN_THE_GUIDE, {own: example for example, own in self.known.items()})
            await of.screenshot(path=Path(PICTURES) / f"{name}.png")


@pytest.fixture
async def reader(hub: RunningHub, open_page: OpenPage, tmp_path: Path) -> Reader:
    """Signed in."""
    page, person = await open_page(width=1000), await hub.person()
    await pages.sign_in(page, hub.base_url, person.email, PASSWORD)
    return Reader(hub, page, tmp_path)


async def test_who_follows_the_guide_has_an_order_at_the_broker(reader: Reader) -> None:
    page = reader.page
    await reader.follow("1. ")
    await reader.follow("2. ")
    named = guide.code(guide.section("4. "))[-1].removeprefix("Caerus/")
    assert (SDK / named).exists()
    async with reader.terminal().running():
        await lives(reader)
        signal_id = await (await reader.hub.producer()).opened()
        [signals, approve, executions] = [
            step.name for step in guide.steps(guide.section("7. "), {}) if not isinstance(step, Fill)
        ][:3]
        await page.get_by_role("link", name=signals, exact=True).click()
        await pages.row(page, signal_id).click()
        await page.get_by_role("button", name=approve, exact=True).click()
        await reader.terminal().says(" placed ")
        await page.get_by_role("link", name=executions, exact=True).click()
        row = page.get_by_test_id("execution-row")
        await expect(row).to_contain_text(guide.code(guide.section("7. "))[-1])
        await reader.picture("placed", row)


async def says(terminal: Terminal, message: str) -> None:
    """Run it until it has said so."""
    with (terminal.folder / "reference.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            compiled("reference"), env=terminal.environment(), stdout=log, stderr=log
        )
    try:
        await terminal.says(message)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def lives(reader: Reader) -> None:
    """Step 6."""
    said = [line.replace(ADDRESS, reader.hub.base_url) for line in guide.lines(guide.section("6. "))]
    terminal = reader.terminal()
    for line in said:
        await terminal.says(f"{line}\n")
    log = terminal.log().splitlines()
    assert [line for line in log if line in said] == said
    live, verified = [word for word in guide.code(guide.section("6. ")) if word in ("Live", "Verified")]
    page = reader.page
    await page.reload()
    await expect(pages.terminal(page, reader.shown["DeviceId"])).to_contain_text(live)
    account = page.get_by_test_id("account")
    await expect(account).to_contain_text(verified, timeout=20_000)
    await expect(account).to_contain_text("10,000.00")
    await reader.picture("live", page.get_by_role("main"))


MISTAKES: dict[str, Callable[[Reader], Terminal]] = {
    "ApiBase must be https://host[:port] without a path": lambda of: of.terminal(
        EA_ApiBase=f"{of.hub.base_url}/api"
    ),
    "DeviceId or DeviceSecret is not what registration showed": lambda of: of.terminal(
        EA_DeviceSecret=of.shown["DeviceSecret"][:-1]
    ),
    "not_allowed 4014": lambda of: of.terminal(SHIM_ALLOWED=f"{of.hub.base_url}/"),
    "unauthorised 401": lambda of: of.terminal(EA_DeviceSecret="A" * 43),
    "refused 404": lambda of: of.terminal(SHIM_LOGIN="7654321"),
}
"""What the reader got wrong, by what they see then."""


async def test_what_goes_wrong_says_what_the_guide_says(reader: Reader) -> None:
    await reader.follow("1. ")
    await reader.follow("2. ")
    wanted = guide.rows(guide.section("When it does not work"))
    for number, (message, mistake) in enumerate(MISTAKES.items()):
        reader.folder = reader.folder.parent / f"{reader.folder.name}-{number}"
        reader.folder.mkdir()
        await says(mistake(reader), message)
    off, away = "algorithmic trading is switched off", "the terminal is not connected"
    reader.folder = reader.folder.parent / "market"
    reader.folder.mkdir()
    terminal = reader.terminal()
    async with terminal.running():
        for number, (message, what) in enumerate(((off, "algo"), (away, "connected")), start=1):
            terminal.market(1650.0, 1650.2, **{what: 0})
            await terminal.says(message)
            terminal.market(1650.0, 1650.2, **{what: 1})

            def mended(times: int = number) -> bool:
                return terminal.log().count("safe mode is over") == times

            await until(mended, seconds=20)
        await says(reader.terminal(), "the journal cannot be opened")
    assert {*MISTAKES, off, away, "the journal cannot be opened"} == set(wanted)
