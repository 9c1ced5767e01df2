"""A terminal with a line to a simulated broker, in a mood. Deterministic by seed."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

from msgspec.structs import replace

from workers.mt5.errors import MT5AuthError, MT5Disconnected, MT5InitError, UnknownSymbol
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
from workers.mt5.retcodes import Retcode
from workers.mt5.simulated.broker import Broker
from workers.mt5.simulated.clock import Paced
from workers.mt5.simulated.listing import candle_of, newest, ticks_of
from workers.mt5.simulated.mood import CALM, Mood
from workers.mt5.simulated.view import View, view

T = TypeVar("T")
_REJECTS = (Retcode.REJECT, Retcode.PRICE_OFF, Retcode.MARKET_CLOSED, Retcode.TOO_MANY_REQUESTS)
_UNANSWERED = (Retcode.TIMEOUT, Retcode.CONNECTION, None)
_VANISHED_SECONDS = 120.0


@dataclass(order=True, slots=True)
class _Posted:
    """An order on its way, due at the broker at `due` (monotonic seconds)."""

    due: float
    request: OrderRequest = field(compare=False)


class SimulatedDriver:
    """See `workers.mt5.terminal.Driver`. `done` counts what the mood did."""

    def __init__(
        self,
        broker: Broker,
        clock: Paced,
        mood: Mood = CALM,
        seed: int = 1,
        *,
        password: str | None = None,
    ) -> None:
        self.broker, self.mood, self.done = broker, mood, Counter[str]()
        self._clock, self._random, self._password = clock, Random(seed), password
        self._up = False
        self._offline = False
        self._shown: View | None = None
        self._shown_until = 0.0
        self._posted: list[_Posted] = []
        self._vanished: dict[str, float] = {}

    def connect(self, credentials: Credentials) -> None:
        self._clock.sleep(self._random.uniform(*self.mood.latency))
        self._up = False
        if self._happens("no_login", self.mood.no_login):
            raise MT5InitError("IPC initialize failed", -10003)
        if self._password is not None and credentials.password != self._password:
            raise MT5AuthError("authorization failed", -6)
        if self._shown is not None:  # the records come in only after a while
            self._shown_until = self._clock.monotonic() + self._random.uniform(0, self.mood.behind_seconds)
        self._up, self._offline = True, False

    def shutdown(self) -> None:
        self._up = False

    def terminal(self) -> TerminalInfo:
        self._call()
        return TerminalInfo(not self._offline, True, 20)

    def account(self) -> AccountInfo:
        return self._seen().account

    def symbol(self, name: str) -> SymbolInfo:
        self._call()
        self._listed(name)
        return self.broker.listings[name].info

    def quote(self, symbol: str) -> Quote:
        seen = self._seen()
        self._listed(symbol)
        quote = seen.quotes[symbol]
        if quote is None:
            raise UnknownSymbol(f"{symbol} has no quotes")
        return replace(quote, at=quote.at + self.mood.clock_off)

    def candles(self, symbol: str, timeframe: int, count: int) -> list[Candle]:
        self._call()
        self._listed(symbol)
        listing, off = self.broker.listings[symbol], self.mood.clock_off
        return [candle_of(bar, listing, off) for bar in newest(listing, timeframe, count)]

    def ticks(self, symbol: str, start: datetime, end: datetime) -> list[Quote]:
        self._call()
        self._listed(symbol)
        listing, off = self.broker.listings[symbol], self.mood.clock_off
        ticks = (tick for bar in listing.bars for tick in ticks_of(bar, listing, off))
        return [tick for tick in ticks if start <= tick.at < end]

    def positions(self) -> list[Position]:
        return self._told(self._seen().positions)

    def orders(self) -> list[Order]:
        return self._told(self._seen().orders)

    def past_orders(self, since: datetime) -> list[Order]:
        return self._told(_since(self._seen().past, since, self.mood.clock_off, lambda each: each.at))

    def deals(self, since: datetime) -> list[Deal]:
        found = _since(self._seen().deals, since, self.mood.clock_off, lambda each: each.at)
        return self._told([replace(each, at=each.at + self.mood.clock_off) for each in found])

    def send(self, request: OrderRequest) -> OrderResult:
        self._call()
        mood = self.mood
        if self._offline:
            return OrderResult(Retcode.CONNECTION)
        if self._clock.monotonic() < self._vanished.get(request.symbol, 0.0):
            return OrderResult(Retcode.INVALID)
        if self._happens("lost", mood.lost):
            return self._no_answer()
        if self._happens("late", mood.late):
            due = self._clock.monotonic() + self._random.uniform(0, mood.late_seconds)
            self._posted.append(_Posted(due, request))
            return self._no_answer()
        result = self._deliver(request)
        return self._no_answer() if self._happens("no_answer", mood.no_answer) else result

    def arrive(self) -> None:
        """Let the orders that are due arrive at the broker."""
        now = self._clock.monotonic()
        with self.broker.lock:
            due = sorted(each for each in self._posted if each.due <= now)
            self._posted = [each for each in self._posted if each.due > now]
            for each in due:
                self._deliver(each.request)

    def _deliver(self, request: OrderRequest) -> OrderResult:
        mood = self.mood
        moved = self._random.randint(0, mood.move_points) if mood.move_points else 0
        if self._happens("requote", mood.requote):
            moved = request.deviation + 1 + moved
        share = Decimal(1)
        if self._happens("partial", mood.partial):
            share = Decimal(self._random.randint(1, 9)) / 10
        reject = self._random.choice(_REJECTS) if self._happens("reject", mood.reject) else None
        return self.broker.submit(request, self._clock.now(), moved=moved, share=share, reject=reject)

    def _call(self) -> None:
        """Every call takes its time, and may be the one at which something breaks."""
        mood = self.mood
        self._clock.sleep(self._random.uniform(*mood.latency))
        self.arrive()
        if self._happens("stall", mood.stall):
            self._clock.sleep(mood.stall_seconds)
            self.arrive()
        if self._happens("cut", mood.cut):
            self._fall_behind()
            self._up = False
        if not self._up:
            raise MT5Disconnected("No IPC connection", -10004)
        if self._happens("offline", mood.offline):
            self._fall_behind()
            self._offline = True
        if self._happens("vanish", mood.vanish):
            name = self._random.choice(sorted(self.broker.listings))
            self._vanished[name] = self._clock.monotonic() + _VANISHED_SECONDS

    def _fall_behind(self) -> None:
        if self._shown is None:
            self._shown = view(self.broker)
        self._shown_until = float("inf")

    def _seen(self) -> View:
        self._call()
        if self._shown is not None and self._clock.monotonic() >= self._shown_until:
            self._shown = None
        return self._shown or view(self.broker)

    def _told(self, items: list[T]) -> list[T]:
        return items + items[-3:] if items and self._happens("twice", self.mood.twice) else items

    def _listed(self, name: str) -> None:
        if name not in self.broker.listings or self._clock.monotonic() < self._vanished.get(name, 0.0):
            raise UnknownSymbol(f"{name} is not listed", -4)

    def _no_answer(self) -> OrderResult:
        """Whatever a terminal says when it does not know; sometimes nothing at all, for too long."""
        code = self._random.choice(_UNANSWERED)
        if code is None:
            self._clock.sleep(self.mood.stall_seconds)
            raise MT5Disconnected("IPC timeout", -10005)
        return OrderResult(code)

    def _happens(self, name: str, chance: float) -> bool:
        happened = chance > 0 and self._random.random() < chance
        self.done[name] += happened
        return happened


def _since(items: list[T], since: datetime, off: timedelta, at: Callable[[T], datetime]) -> list[T]:
    """Records from `since` on, by a clock that is `off`; they are in order but for a bar's length."""
    found = []
    for each in reversed(items):
        if at(each) + off < since - timedelta(hours=1):
            break
        found.append(each)
    return found[::-1]
