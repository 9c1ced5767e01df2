"""The company of a replay, put together: who they are, what limits they have, whose books are compared."""

from contextlib import AsyncExitStack
from pathlib import Path

from hub.core.resources import Resources
from strategies.candles import Candles
from strategies.symbols import Symbol
from workers.replay.books import Ledgers, ledgers
from workers.replay.company import Copier, Market, OnPaper, Shown
from workers.replay.driver import Driver
from workers.replay.identities import Companion, accompany

LOGINS = ("7001", "7002", "7003", "7004")
"""Accounts: of who approves by hand, who copies, who copies within limits, who has limits that close at once."""
RISK_BP = 25
"""What a trade loses at its stop: a quarter per cent, so that a year passes before the house's limits do."""
LIMITS: dict[str, tuple[dict[str, int], int]] = {
    "copying": ({}, RISK_BP),
    "copying, 6 % limit": ({"max_drawdown_bp": 500, "liquidation_drawdown_bp": 600}, 100),
    "copying, 1.5 % limit": ({"max_drawdown_bp": 100, "liquidation_drawdown_bp": 150}, 200),
}
"""Who copies: limits of their own, and what a trade may lose, in basis points of the equity."""


class Party:
    """Everybody but the market."""

    def __init__(
        self, res: Resources, driver: Driver, symbol: Symbol, copiers: list[Copier], paper: Companion
    ) -> None:
        self._res, self._driver, self._symbol = res, driver, symbol
        self._copiers, self._paper = copiers, paper

    async def books(self, candles: Candles) -> Ledgers:
        """Compare them, once everybody has told the hub how the account stands."""
        await self._driver.ea.tell()
        for each in self._copiers:
            await each.tell()
        terminals = {"by hand": (self._driver.user_id, self._driver.terminal)}
        for name, each in zip(LIMITS, self._copiers, strict=True):
            terminals[name] = (each.who.user_id, each.terminal)
        return await ledgers(self._res, terminals, self._paper.user_id, self._symbol, candles)


async def join(others: AsyncExitStack, res: Resources, driver: Driver, symbol: Symbol, folder: Path) -> Party:
    """Everybody signs in and is in step with the driver from the first bar on."""
    _, *logins = LOGINS
    copiers = []
    for login, (caps, risk_bp) in zip(logins, LIMITS.values(), strict=True):
        who = await accompany(res, f"copier-{login}", account=login)
        copier = Copier(res, driver.base_url, who, symbol, folder, caps=caps, risk_bp=risk_bp)
        copiers.append(await others.enter_async_context(copier))
    paper = await accompany(res, "on-paper")
    on_paper = await others.enter_async_context(OnPaper(res, driver.base_url, paper))
    shown = Shown(res, driver.ea, driver.device_id)
    driver.company += [Market(res, symbol), shown, *copiers, on_paper]
    return Party(res, driver, symbol, copiers, paper)
