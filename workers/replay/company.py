"""Who else takes part in a replay: the market that paper fills on, people who copy, somebody on paper.

Each moves in step with the bars, over the same wires as in production: what a bar led to has happened to everybody
before the next.
"""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol, Self
from uuid import UUID

from caerus_client.device import DeviceClient
from caerus_client.ledger import Ledger
from caerus_client.rest import HubClient
from caerus_client.retry import RetryPolicy
from msgspec import Struct

from hub.core.nursery import stop
from hub.core.resources import Resources
from hub.core.sql import Sql
from hub.market.candles import service as candles
from hub.market.candles.models import Candle
from hub.trading.paper import service as paper
from strategies.candles import Bar
from strategies.symbols import Symbol
from workers.replay.approver import Approver
from workers.replay.identities import SERVER, Companion
from workers.simulator.ea import Ea
from workers.simulator.terminal import Terminal
from workers.simulator.witness import Identity

sql = Sql("replay")

_RETRY = RetryPolicy(delay=0.05, cap=0.5)
_STEP_SECONDS = 60
_LOOK_SECONDS = 0.02
_QUIET_BARS = 24
"""A look is worth 120 s; these pass in a few."""


class Placed(Struct, frozen=True):
    outcome: str
    reason: str | None


class Member(Protocol):
    """Somebody in step with the bars."""

    async def bar(self, bar: Bar) -> None:
        """A bar closed; nothing of it was decided yet."""

    async def posted(self, signal_ids: list[str]) -> None:
        """These signals are at the hub: act on them, and come back when all is done."""


class Market:
    """The candles that the hub knows. Times are those of the replay: paper has to run on the market's clock."""

    def __init__(self, res: Resources, symbol: Symbol) -> None:
        self._res, self._symbol = res, symbol

    async def bar(self, bar: Bar) -> None:
        opened, high, low, close = (
            Decimal(self._symbol.text(price)) for price in (bar.open, bar.high, bar.low, bar.close)
        )
        at, volume = datetime.fromtimestamp(bar.time, UTC), Decimal(str(bar.volume))
        candle = Candle(at, opened, high, low, close, volume)
        await candles.store_closed(self._res, self._symbol.name, "H1", [candle])

    async def posted(self, signal_ids: list[str]) -> None:
        """It does not care."""


class Shown:
    """An EA that shows the hub its account at each bar that changed it, and waits while the hub closes what must go."""

    def __init__(self, res: Resources, ea: Ea, device_id: str) -> None:
        self._res, self._ea, self._device_id = res, ea, device_id
        self._equity, self._quiet = 0.0, 0

    async def bar(self, bar: Bar) -> None:
        self._quiet += 1
        if self._ea.terminal.equity == self._equity and self._quiet < _QUIET_BARS:
            return
        if await self._ea.tell():
            self._equity, self._quiet = self._ea.terminal.equity, 0
        if await sql.run(self._res.db, "closing_of", device_id=self._device_id):
            await self._closed()

    async def _closed(self) -> None:
        """The warning's ten seconds pass by the wall's clock: the market stands still for them."""
        async with asyncio.timeout(_STEP_SECONDS):
            while await sql.run(self._res.db, "closing_of", device_id=self._device_id):
                await asyncio.sleep(0.2)
                await self._ea.tell()

    async def posted(self, signal_ids: list[str]) -> None:
        """It is told by its own poll."""


class OnPaper:
    """Approves everything, on paper."""

    def __init__(self, res: Resources, base_url: str, who: Companion) -> None:
        self._res, self._client = res, HubClient(base_url)
        self._approver = Approver(self._client, 1.0, who.email)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        await self._approver.sign_in()
        await self._client.call("POST", "/paper/enable", {})
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.__aexit__(None, None, None)

    async def bar(self, bar: Bar) -> None:
        """Paper moves with the hub's candles: at once, not when the worker's turn comes."""
        await paper.advance(self._res)

    async def posted(self, signal_ids: list[str]) -> None:
        await self._approver.answer(signal_ids)


class Copier:
    """Copies: approves by hand until the strategy is earned, and leaves it to the hub from then on.

    `caps` are limits of the person's own; money in minor units, shares in basis points. `risk_bp` is what a trade
    may lose of the equity at its stop.
    """

    def __init__(
        self,
        res: Resources,
        base_url: str,
        who: Companion,
        symbol: Symbol,
        folder: Path,
        *,
        caps: dict[str, int],
        risk_bp: int,
    ) -> None:
        self._res, self._base_url, self.who = res, base_url, who
        self._caps, self._risk_bp = caps, risk_bp
        self._folder, self._exit = folder, AsyncExitStack()
        self.terminal = Terminal(symbol)

    async def __aenter__(self) -> Self:
        enter = self._exit.enter_async_context
        self._exit.callback(self.terminal.close)
        self._client = await enter(HubClient(self._base_url))
        self._device = await enter(DeviceClient(self._base_url, self.who.device_id, self.who.device_secret))
        ledger = self._exit.enter_context(Ledger(self._folder / f"{self.who.login}.db"))
        account, risk = Identity(SERVER, self.who.login), self._risk_bp / 10_000
        self._ea = Ea(self.terminal, self._device, ledger, risk=risk, account=account)
        self._shown = Shown(self._res, self._ea, self.who.device_id)
        self._approver = Approver(self._client, 1.0, self.who.email)
        await self._approver.sign_in()
        consent = await self._client.call("GET", "/copy/consent")
        await self._client.call("POST", "/copy/enable", {"consent_version": consent["version"]})
        if self._caps:
            await self._client.call("PUT", "/risk/me", dict(self._caps))
        await self._client.call("PUT", "/trading/size", {"mode": "fixed_risk", "bp": self._risk_bp})
        serving = self._device.run(self._ea, ledger, retry=_RETRY)
        self._exit.push_async_callback(stop, self._res.nursery.start(serving, name=self.who.login))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exit.aclose()

    async def tell(self) -> None:
        """How the account stands."""
        await self._ea.tell()

    async def bar(self, bar: Bar) -> None:
        self._ea.on_bar(bar)
        await self._shown.bar(bar)

    async def posted(self, signal_ids: list[str]) -> None:
        async with asyncio.timeout(_STEP_SECONDS):
            for signal_id in signal_ids:
                if await self._outcome(signal_id) == "not_earned":
                    await self._approver.answer([signal_id])
            while await sql.run(self._res.db, "untold", device_id=self.who.device_id):
                await asyncio.sleep(_LOOK_SECONDS)

    async def _outcome(self, signal_id: str) -> str | None:
        """Why the hub did not copy it; None when it did."""
        while (found := await self._placement(signal_id)) is None:
            await asyncio.sleep(_LOOK_SECONDS)
        return found.reason

    async def _placement(self, signal_id: str) -> Placed | None:
        return await sql.one(
            self._res.db, Placed, "placement", user_id=self.who.user_id, signal_id=UUID(signal_id)
        )
