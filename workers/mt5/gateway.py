"""A `Driver` made a `Terminal`: one thread, a deadline for each call."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from hub.trading.accounts.gateways import Place
from workers.mt5.clocks import RealClock
from workers.mt5.errors import MT5Busy, MT5Error, MT5Timeout, NotSent
from workers.mt5.login import sure_of_account
from workers.mt5.models import (
    AccountInfo,
    Candle,
    Credentials,
    Deal,
    Order,
    OrderRequest,
    OrderResult,
    Position,
    Quote,
    SymbolInfo,
    TerminalInfo,
)
from workers.mt5.terminal import Clock, Driver, Unless
from workers.mt5.thread import TerminalThread

T = TypeVar("T")
Ticketed = TypeVar("Ticketed", Deal, Order, Position)

DEADLINE_SECONDS = 10.0
CONNECT_SECONDS = 60.0
MARGIN = timedelta(hours=26)
"""How far beyond what it was asked for history is read: no broker's clock is further off."""


class Gateway:
    """See `Terminal`. An answer that comes after the deadline is no answer, on the clock that was given.

    Orders go to the account `only` names, if it names one: `OtherAccount` while the terminal shows another.
    """

    def __init__(
        self,
        driver: Driver,
        *,
        clock: Clock | None = None,
        deadline: float = DEADLINE_SECONDS,
        name: str = "mt5",
        only: Place | None = None,
    ) -> None:
        self._driver, self._deadline, self._only = driver, deadline, only
        self._clock: Clock = clock or RealClock()
        self._thread = TerminalThread(name)
        self._logins = 0

    @property
    def logins(self) -> int:
        return self._logins

    async def connect(self, credentials: Credentials, *, deadline: float | None = None) -> None:
        self._logins += 1
        await self._call(partial(self._driver.connect, credentials), deadline or CONNECT_SECONDS)

    async def shutdown(self, *, deadline: float | None = None) -> None:
        await self._call(self._driver.shutdown, deadline)

    async def terminal(self, *, deadline: float | None = None) -> TerminalInfo:
        return await self._call(self._driver.terminal, deadline)

    async def account(self, *, deadline: float | None = None) -> AccountInfo:
        return await self._call(self._driver.account, deadline)

    async def symbol(self, name: str, *, deadline: float | None = None) -> SymbolInfo:
        return await self._call(partial(self._driver.symbol, name), deadline)

    async def quote(self, symbol: str, *, deadline: float | None = None) -> Quote:
        return await self._call(partial(self._driver.quote, symbol), deadline)

    async def candles(
        self, symbol: str, timeframe: int, count: int, *, deadline: float | None = None
    ) -> list[Candle]:
        return await self._call(partial(self._driver.candles, symbol, timeframe, count), deadline)

    async def ticks(
        self, symbol: str, start: datetime, end: datetime, *, deadline: float | None = None
    ) -> list[Quote]:
        return await self._call(partial(self._driver.ticks, symbol, start, end), deadline)

    async def positions(self, *, deadline: float | None = None) -> list[Position]:
        return once(await self._call(self._driver.positions, deadline))

    async def orders(self, *, deadline: float | None = None) -> list[Order]:
        return once(await self._call(self._driver.orders, deadline))

    async def past_orders(self, since: datetime, *, deadline: float | None = None) -> list[Order]:
        return once(await self._call(partial(self._driver.past_orders, since - MARGIN), deadline))

    async def deals(self, since: datetime, *, deadline: float | None = None) -> list[Deal]:
        return once(await self._call(partial(self._driver.deals, since - MARGIN), deadline))

    async def send(
        self, request: OrderRequest, *, unless: Unless | None = None, deadline: float | None = None
    ) -> OrderResult:
        return await self._call(partial(self._send, request, unless), deadline)

    def close(self) -> None:
        """Let the thread end."""
        self._thread.close()

    def _send(self, request: OrderRequest, unless: Unless | None) -> OrderResult:
        """In the terminal's thread: nothing else is done between the look at the account and the order."""
        if self._only is not None:
            try:
                found = self._driver.account()
            except MT5Error as error:
                raise NotSent(str(error), error.code) from error
            sure_of_account(found, self._only)
        if unless is not None and (reason := unless()):
            raise NotSent(reason)
        return self._driver.send(request)

    async def _call(self, work: Callable[[], T], deadline: float | None) -> T:
        seconds = self._deadline if deadline is None else deadline
        began = self._clock.monotonic()
        future = self._thread.submit(work)
        waiting = asyncio.wrap_future(future)
        try:
            async with asyncio.timeout(seconds):
                # shielded: a call that was begun goes on, one that was not is withdrawn
                answer = await asyncio.shield(waiting)
        except TimeoutError:
            if _withdrawn(future, waiting):
                raise MT5Busy(f"the terminal was busy for {seconds:g} s; the call was not begun") from None
            raise MT5Timeout(f"no answer within {seconds:g} s") from None
        except asyncio.CancelledError:
            _withdrawn(future, waiting)
            raise
        if self._clock.monotonic() - began > seconds:
            raise MT5Timeout(f"the answer took more than {seconds:g} s")
        return answer


def once(items: Iterable[Ticketed]) -> list[Ticketed]:
    """Each ticket once, as it was told last, by ticket."""
    return [each for _, each in sorted({each.ticket: each for each in items}.items())]


def _withdrawn(future: Future[T], waiting: asyncio.Future[T]) -> bool:
    """Whether the call was not begun, and now never will be. What it may raise later nobody waits for."""
    waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
    return future.cancel()
