"""What a person does on the dashboard, and what they see."""

from playwright.async_api import Locator, Page, expect

_NEWCOMER = """known => [...document.querySelectorAll('[data-testid=signal-row]')]
  .map(row => row.dataset.signalId).find(id => !known.includes(id))"""


async def sign_in(page: Page, base_url: str, email: str, password: str) -> None:
    """Sign in, and wait until the page is live."""
    await page.goto(base_url)
    await page.get_by_test_id("sign-in-email").fill(email)
    await page.get_by_test_id("sign-in-password").fill(password)
    await page.get_by_test_id("sign-in-submit").click()
    await expect(connection(page)).to_have_text("live", timeout=15_000)


def connection(page: Page) -> Locator:
    return page.get_by_test_id("connection-state")


def row(page: Page, signal_id: str) -> Locator:
    """The signal in the list."""
    return page.locator(f'[data-testid="signal-row"][data-signal-id="{signal_id}"]')


def execution(page: Page, signal_id: str) -> Locator:
    """What the terminal did about the signal."""
    return page.locator(f'[data-testid="execution-row"][data-signal-id="{signal_id}"]')


async def known_ids(page: Page) -> list[str]:
    """Ids of the signals in the list now."""
    rows = await page.get_by_test_id("signal-row").all()
    return [await each.get_attribute("data-signal-id") or "" for each in rows]


async def newcomer(page: Page, known: list[str], *, seconds: float = 30) -> str:
    """Wait for a signal that was not there before; its id."""
    found = await page.wait_for_function(_NEWCOMER, arg=known, timeout=seconds * 1000)
    return str(await found.json_value())


async def open_signal(page: Page, signal_id: str) -> None:
    """Open it from the list, and wait for its chart."""
    await row(page, signal_id).click()
    await expect(page.get_by_test_id("signal-detail")).to_have_attribute("data-signal-id", signal_id)


async def mark(page: Page) -> None:
    """Leave a mark that a reload would wipe out."""
    await page.evaluate("window.notReloaded = true")


async def was_not_reloaded(page: Page) -> bool:
    return bool(await page.evaluate("window.notReloaded === true"))


async def overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(
        await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )
