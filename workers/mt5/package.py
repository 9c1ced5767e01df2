"""The `MetaTrader5` package as a `Driver`. It drives one terminal a process, and runs on Windows alone."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from workers.mt5 import convert
from workers.mt5.clocks import RealClock
from workers.mt5.errors import MT5AuthError, MT5Disconnected, MT5Error, MT5InitError, NotSent, UnknownSymbol
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
from workers.mt5.requests import packed
from workers.mt5.retcodes import Retcode
from workers.mt5.terminal import Clock
from workers.mt5.zone import Zone

CONNECT_MS = 60_000
_AHEAD = timedelta(hours=26)
_SECOND = timedelta(seconds=1)
_INVALID_PARAMS, _AUTH_FAILED, _IPC = -2, -6, -10_000
_UNKNOWN = "the broker's clock is not known yet: no quote has moved"


def imported() -> Any:
    """The package, loaded when it is needed. Raises `MT5InitError` where it is not installed."""
    try:
        return import_module("MetaTrader5")
    except ImportError:
        raise MT5InitError(
            "the package MetaTrader5 is not installed: pip install caerus[mt5], on Windows"
        ) from None


class PackageDriver:
    """See `workers.mt5.terminal.Driver`. Server times become UTC by the zone that quotes say, see `workers.mt5.zone`.

    What is from before the broker last changed its clocks is off by as much.
    """

    def __init__(self, package: Any = None, *, clock: Clock | None = None) -> None:
        self._mt5 = package
        self._clock: Clock = clock or RealClock()
        self._digits = 2
        self._zone = Zone()

    @property
    def offset(self) -> timedelta:
        """Of the broker's clock from UTC; 0 while it is not known."""
        return self._zone.offset

    def keep_zone(self, file: Path) -> None:
        """Remember there what the broker's clock is."""
        self._zone.keep_in(file, self._clock.now())

    def connect(self, credentials: Credentials) -> None:
        """`initialize` and `login` in one; whatever session there was is ended first."""
        self._mt5 = self._mt5 or imported()
        self._mt5.shutdown()
        place = (credentials.path,) if credentials.path else ()
        given = {"login": credentials.login, "password": credentials.password, "server": credentials.server}
        if self._mt5.initialize(*place, timeout=CONNECT_MS, **given):
            self._digits = self._sure(self._mt5.account_info()).currency_digits
            return
        code, text = self._mt5.last_error()
        self._mt5.shutdown()
        raise (MT5AuthError if code == _AUTH_FAILED else MT5InitError)(str(text), code)

    def shutdown(self) -> None:
        if self._mt5 is not None:
            self._mt5.shutdown()

    def terminal(self) -> TerminalInfo:
        found = self._sure(self._package.terminal_info())
        algo_allowed = found.trade_allowed and not found.tradeapi_disabled
        return TerminalInfo(found.connected, algo_allowed, found.ping_last // 1000, self._zone.known)

    def account(self) -> AccountInfo:
        return convert.account(self._sure(self._package.account_info()))

    def symbol(self, name: str) -> SymbolInfo:
        return convert.symbol(self._selected(name))

    def quote(self, symbol: str) -> Quote:
        info = self._selected(symbol)
        tick = self._sure(self._mt5.symbol_info_tick(symbol), symbol)
        self._zone.learn(symbol, tick.time_msc / 1000, self._clock.now(), self._clock.monotonic())
        return convert.quote(symbol, tick, info.digits, self._utc)

    def candles(self, symbol: str, timeframe: int, count: int) -> list[Candle]:
        info = self._timed(symbol)
        rows = self._mt5.copy_rates_from_pos(symbol, self._timeframe(timeframe), 0, count)
        return [convert.candle(row, info.digits, self._utc) for row in self._sure(rows, symbol)]

    def ticks(self, symbol: str, start: datetime, end: datetime) -> list[Quote]:
        """The package may count whole seconds alone, and the last one in: one more is asked for, and what is too much cut off."""
        info = self._timed(symbol)
        span = start + self.offset, end + self.offset + _SECOND
        rows = self._mt5.copy_ticks_range(symbol, *span, self._mt5.COPY_TICKS_INFO)
        ticks = (convert.tick(symbol, row, info.digits, self._utc) for row in self._sure(rows, symbol))
        return [tick for tick in ticks if start <= tick.at < end]

    def positions(self) -> list[Position]:
        found = self._sure(self._package.positions_get())
        return [convert.position(each, self._digits, self._digits_of, self._utc) for each in found]

    def orders(self) -> list[Order]:
        found = self._sure(self._package.orders_get())
        return [convert.order(each, self._digits_of, self._utc) for each in found]

    def past_orders(self, since: datetime) -> list[Order]:
        found = self._sure(self._package.history_orders_get(*self._window(since)))
        return [convert.order(each, self._digits_of, self._utc) for each in found]

    def deals(self, since: datetime) -> list[Deal]:
        found: Iterable[Any] = self._sure(self._package.history_deals_get(*self._window(since)))
        return [convert.deal(each, self._digits, self._digits_of, self._utc) for each in found]

    def send(self, request: OrderRequest) -> OrderResult:
        """None from the package is "no answer", unless it says that it did not even understand the request."""
        if request.expires_at is not None and not self._zone.known:
            raise NotSent(_UNKNOWN)
        try:
            position = self._held(request.position) if request.action == "close" else None
            if request.action == "close" and position is None:
                return OrderResult(Retcode.POSITION_CLOSED)
            info = self._selected(request.symbol)
            tick = self._sure(self._mt5.symbol_info_tick(request.symbol), request.symbol)
        except UnknownSymbol:
            raise
        except MT5Error as error:
            raise NotSent(str(error), error.code) from error
        result = self._mt5.order_send(packed(request, info, tick, position, self.offset))
        if result is None:
            code, text = self._mt5.last_error()
            if code == _INVALID_PARAMS:
                return OrderResult(Retcode.INVALID, comment=str(text))
            raise MT5Disconnected(str(text), code)
        return convert.result(result, info.digits)

    @property
    def _package(self) -> Any:
        if self._mt5 is None:
            raise MT5Disconnected("there was no login yet")
        return self._mt5

    def _sure(self, answer: Any, symbol: str = "") -> Any:
        """The package answers None for every error, and says which if it is asked."""
        if answer is not None:
            return answer
        code, text = self._mt5.last_error()
        if symbol and code > _IPC:
            raise UnknownSymbol(f"{symbol}: {text}", code)
        raise (MT5Disconnected if code <= _IPC else MT5Error)(str(text), code)

    def _selected(self, name: str) -> Any:
        """Symbols that are not in the Market Watch have no quotes."""
        info = self._sure(self._package.symbol_info(name), name)
        if not info.visible and not self._mt5.symbol_select(name, True):
            raise UnknownSymbol(f"{name} cannot be selected", self._mt5.last_error()[0])
        return info

    def _timed(self, name: str) -> Any:
        """A symbol of which times are to be told."""
        if not self._zone.known:
            self.quote(name)
        if not self._zone.known:
            raise MT5Error(_UNKNOWN)
        return self._selected(name)

    def _digits_of(self, symbol: str) -> int:
        info = self._mt5.symbol_info(symbol) if symbol else None
        return 8 if info is None else int(info.digits)

    def _held(self, ticket: int) -> Any:
        found = self._sure(self._package.positions_get(ticket=ticket))
        return found[0] if found else None

    def _window(self, since: datetime) -> tuple[datetime, datetime]:
        return since + self.offset, self._clock.now() + self.offset + _AHEAD

    def _timeframe(self, seconds: int) -> Any:
        name = convert.timeframe_name(seconds)
        found = getattr(self._mt5, f"TIMEFRAME_{name}", None)
        if found is None:
            raise ValueError(f"MetaTrader has no timeframe {name}")
        return found

    def _utc(self, seconds: float) -> datetime:
        return datetime.fromtimestamp(seconds, UTC) - self.offset
