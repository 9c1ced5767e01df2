"""A terminal as the hub sees it (`Terminal`), and as a thread must drive it (`Driver`)."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

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

Unless = Callable[[], str | None]
"""Why something must not be done any more; None if it may be."""


class Clock(Protocol):
    """The present in UTC, and seconds for deadlines."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


class Driver(Protocol):
    """One terminal; every call blocks, and all come from one thread.

    Raises `MT5Disconnected`, `UnknownSymbol` (from `send` only if nothing was handed in), and for `connect` `MT5InitError` or `MT5AuthError`. Lists
    may hold the same deal or order twice. Times are UTC if `TerminalInfo.knows_zone`; while they are not, `ticks` and
    `candles` raise `MT5Error`, for those are kept, and an order that is to expire is `NotSent`.
    """

    def connect(self, credentials: Credentials) -> None: ...

    def shutdown(self) -> None: ...

    def terminal(self) -> TerminalInfo: ...

    def account(self) -> AccountInfo: ...

    def symbol(self, name: str) -> SymbolInfo: ...

    def quote(self, symbol: str) -> Quote: ...

    def candles(self, symbol: str, timeframe: int, count: int) -> list[Candle]: ...

    def ticks(self, symbol: str, start: datetime, end: datetime) -> list[Quote]: ...

    def positions(self) -> list[Position]: ...

    def orders(self) -> list[Order]: ...

    def past_orders(self, since: datetime) -> list[Order]: ...

    def deals(self, since: datetime) -> list[Deal]: ...

    def send(self, request: OrderRequest) -> OrderResult: ...


class Terminal(Protocol):
    """One terminal from the event loop. Each call has a deadline in seconds, None for the usual one.

    Beside what a driver raises: `MT5Timeout` after the deadline, `MT5Busy` if the call was not begun.
    """

    @property
    def logins(self) -> int:
        """How often it was told to log in: as long as this stays, there was one session or none."""
        ...

    async def connect(self, credentials: Credentials, *, deadline: float | None = None) -> None:
        """Start the terminal and log in, whatever there was before."""
        ...

    async def shutdown(self, *, deadline: float | None = None) -> None: ...

    async def terminal(self, *, deadline: float | None = None) -> TerminalInfo: ...

    async def account(self, *, deadline: float | None = None) -> AccountInfo: ...

    async def symbol(self, name: str, *, deadline: float | None = None) -> SymbolInfo: ...

    async def quote(self, symbol: str, *, deadline: float | None = None) -> Quote: ...

    async def candles(
        self, symbol: str, timeframe: int, count: int, *, deadline: float | None = None
    ) -> list[Candle]:
        """The newest `count` bars of `timeframe` seconds, oldest first, the one still open included."""
        ...

    async def ticks(
        self, symbol: str, start: datetime, end: datetime, *, deadline: float | None = None
    ) -> list[Quote]:
        """Every change of bid or ask from `start` until before `end`, oldest first. Orders wait meanwhile: ask for little."""
        ...

    async def positions(self, *, deadline: float | None = None) -> list[Position]: ...

    async def orders(self, *, deadline: float | None = None) -> list[Order]:
        """Orders at work."""
        ...

    async def past_orders(self, since: datetime, *, deadline: float | None = None) -> list[Order]:
        """Orders that are done with, from a day before `since` on: a broker's clock may be hours off."""
        ...

    async def deals(self, since: datetime, *, deadline: float | None = None) -> list[Deal]:
        """Deals from a day before `since` on, each once, by ticket."""
        ...

    async def send(
        self, request: OrderRequest, *, unless: Unless | None = None, deadline: float | None = None
    ) -> OrderResult:
        """Hand in an order, once. `MT5Timeout` or `MT5Disconnected` leave open whether it was taken.

        `OtherAccount`, `NotSent` and `MT5Busy`: nothing was handed in. `unless` is asked last, when the terminal is at it:
        `NotSent` if it has a reason. It must not block, and is called in another thread.
        """
        ...
