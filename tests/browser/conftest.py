"""A real Chromium on the built dashboard."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from hub.app import DASHBOARD

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_NO_CHROMIUM = (
    "There is no Chromium. Install one (Debian, Ubuntu: `sudo apt-get install chromium`; "
    "macOS: `brew install --cask chromium`), or set CHROMIUM to the path of yours."
)
_NOT_BUILT = f"There is no {DASHBOARD}; `make setup` builds it (or scripts/build-web .venv/bin)."

OpenPage = Callable[..., Awaitable[Page]]


def _chromium() -> str:
    """Its path. Without one tests are skipped, but not on CI, where a skip would go unseen."""
    given = os.environ.get("CHROMIUM")
    for name in (given,) if given else _NAMES:
        if found := shutil.which(name):
            return found
    if os.environ.get("CI") == "true":
        pytest.fail(_NO_CHROMIUM, pytrace=False)
    pytest.skip(_NO_CHROMIUM)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = _chromium()
    if not (DASHBOARD / "index.html").exists():
        pytest.fail(_NOT_BUILT, pytrace=False)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """`await open_page(width=375)`: a page nobody has signed in to; a script error in one fails the test."""
    contexts, errors = [], []

    async def make(width: int = 1440, height: int = 900) -> Page:
        context = await browser.new_context(viewport=ViewportSize(width=width, height=height))
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield make
    for context in contexts:
        await context.close()
    assert errors == []
