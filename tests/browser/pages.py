"""What a person does on the dashboard, and what they see."""

from playwright.async_api import Locator, Page, expect

_NEWCOMER = """known => [...document.querySelectorAll('[data-testid=signal-row]')]
  .map(row => row.dataset.signalId).find(id => !known.includes(id))"""


async def sign_in(page: Page, base_url: str, email: str, password: str) -> None:
    """Sign in, and wait until the page is live."""
    await page.goto(base_url)
    await give_password(page, email, password)
    await is_live(page)


async def give_password(page: Page, email: str, password: str) -> None:
    """Fill in the sign-in that is shown, and send it."""
    await page.get_by_test_id("sign-in-email").fill(email)
    await page.get_by_test_id("sign-in-password").fill(password)
    await page.get_by_test_id("sign-in-submit").click()


async def give_code(page: Page, code: str) -> None:
    """The second step of signing in."""
    await page.get_by_test_id("sign-in-code").fill(code)
    await page.get_by_test_id("code-submit").click()


async def is_live(page: Page) -> None:
    await expect(connection(page)).to_have_text("live", timeout=15_000)


async def open_account(page: Page) -> None:
    await page.get_by_role("link", name="Account", exact=True).click()
    await expect(page.get_by_role("heading", name="Account", exact=True)).to_be_visible()
    await expect(page.get_by_test_id("second-factor")).to_be_visible()


async def open_terminals(page: Page) -> None:
    await page.get_by_role("link", name="Terminals", exact=True).click()
    await expect(page.get_by_role("heading", name="Terminals and accounts")).to_be_visible()
    await expect(page.get_by_test_id("register-terminal")).to_be_visible()
    await expect(page.get_by_test_id("link-account")).to_be_visible()


async def open_trading(page: Page) -> None:
    await page.get_by_role("link", name="Trading", exact=True).click()
    await expect(page.get_by_role("heading", name="Trading", level=1)).to_be_visible()
    await expect(page.get_by_test_id("trading")).to_be_visible()
    await expect(page.get_by_test_id("limit")).to_have_count(8)


async def open_copying(page: Page) -> None:
    await open_trading(page)
    await page.get_by_role("link", name="Copying", exact=True).click()
    await expect(page.get_by_test_id("copying")).to_be_visible()
    await expect(page.get_by_test_id("copy-consent")).to_be_attached()


async def register_terminal(page: Page, name: str) -> dict[str, str]:
    """Register one from the open form; what is shown this once, by name."""
    await page.get_by_test_id("terminal-name").fill(name)
    await page.get_by_test_id("register-submit").click()
    return await shown_once(page)


async def shown_once(page: Page) -> dict[str, str]:
    """What is shown this once, by name."""
    shown = page.get_by_test_id("shown-once")
    await expect(shown).to_be_visible()
    values = await shown.locator("[data-value-of]").all()
    return {await each.get_attribute("data-value-of") or "": await each.inner_text() for each in values}


async def put_away(page: Page) -> None:
    """Say that what was shown is kept."""
    await page.get_by_test_id("kept").click()
    await expect(page.get_by_test_id("shown-once")).to_have_count(0)


async def link_account(page: Page, server: str, login: str, name: str) -> None:
    """Fill in the open form, and send it."""
    for field, value in {"name": name, "broker": "A broker", "server": server, "login": login}.items():
        await page.get_by_test_id(f"link-{field}").fill(value)
    await page.get_by_test_id("link-submit").click()


async def prove(page: Page, password: str, code: str = "") -> None:
    """Answer the dialog that asks for a fresh proof."""
    await page.get_by_test_id("step-up-password").fill(password)
    if code:
        await page.get_by_test_id("step-up-code").fill(code)
    await page.get_by_test_id("step-up-submit").click()


def alert(page: Page) -> Locator:
    """What is told at once, as a refusal."""
    return page.get_by_role("alert")


def ended(page: Page) -> Locator:
    """The sentence that says that a session is over."""
    return page.get_by_test_id("session-ended")


def connection(page: Page) -> Locator:
    return page.get_by_test_id("connection-state")


def row(page: Page, signal_id: str) -> Locator:
    """The signal in the list."""
    return page.locator(f'[data-testid="signal-row"][data-signal-id="{signal_id}"]')


def execution(page: Page, signal_id: str) -> Locator:
    """What the terminal did about the signal."""
    return page.locator(f'[data-testid="execution-row"][data-signal-id="{signal_id}"]')


def terminal(page: Page, device_id: str) -> Locator:
    """The terminal among one's own."""
    return page.locator(f'[data-testid="terminal"][data-device-id="{device_id}"]')


def account(page: Page, account_id: str) -> Locator:
    """The linked account among one's own."""
    return page.locator(f'[data-testid="account"][data-account-id="{account_id}"]')


def stop(page: Page, key: str) -> Locator:
    """Something that stops trades, or their copying."""
    return page.locator(f'[data-stop="{key}"]')


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
