"""What axe-core finds on a page, and that the page fits its window."""

from typing import Any

from playwright.async_api import Page

from hub.app import DASHBOARD
from tests.browser import pages

PHONE, DESKTOP = 320, 1280
"""A page on 320 px is what WCAG 2.2 (1.4.10, reflow) asks for without scrolling sideways."""

_SOURCE = DASHBOARD.parents[2] / "node_modules" / "axe-core" / "axe.min.js"


async def faults(page: Page) -> list[str]:
    """The rules that the page breaks, and where."""
    await page.evaluate(_SOURCE.read_text())
    found: Any = await page.evaluate("axe.run(document)")
    return [f"{rule['id']}: {node['target']}" for rule in found["violations"] for node in rule["nodes"]]


async def is_good(page: Page) -> None:
    assert await faults(page) == []
    assert await pages.overflow(page) == 0
