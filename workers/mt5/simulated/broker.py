"""A simulated broker: what it holds is true, whatever a terminal shows of it."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from threading import RLock

from strategies.candles import Bar
from strategies.fills.match import entry_price, exit_price
from workers.mt5.models import (
    AccountInfo,
    Kind,
    Mode,
    Order,
    OrderRequest,
    OrderResult,
    OrderState,
    Position,
    Quote,
    Reason,
    Side,
    SymbolInfo,
)
from workers.mt5.retcodes import Retcode
from workers.mt5.simulated.books import Books, Fill, Held, against
from workers.mt5.simulated.checks import fits, misplaced, on_grid, refusal, stops_refusal, touch
from workers.mt5.simulated.listing import Listing
from workers.mt5.simulated.orders import Working, bar_order, changed, closing, order_of, slipped

_ONE = Decimal(1)
_REASONS: dict[str, Reason] = {"stop_loss": "stop_loss", "take_profit": "take_profit"}


class Broker:
    """One account, stopped out below `stop_out` percent of its margin. Prices come from bars; within a bar `strategies.fills` says what happens, stops first."""

    def __init__(
        self,
        *symbols: SymbolInfo,
        mode: Mode = "hedging",
        deposit: int = 10_000_00,
        leverage: int = 100,
        commission: int = 0,
        stop_out: int = 50,
        login: int = 1,
        server: str = "Simulated",
        kind: Kind = "demo",
        at: datetime,
    ) -> None:
        self.login, self.server, self.kind = login, server, kind
        self.listings = {each.name: Listing(each) for each in symbols}
        self.books, self.leverage = Books(mode, commission=commission), leverage
        self.stop_out = stop_out
        self.books.deposit(deposit, at)
        self._tickets = count(500_001)
        self.working: dict[int, Working] = {}
        # the market moves in one thread, terminals send in others
        self.lock = RLock()
        self.past: list[Order] = []

    def on_bar(self, symbol: str, bar: Bar, seconds: int) -> None:
        """Let the market move by a closed bar of `seconds`: expiries, entries, exits; its close is the quote."""
        with self.lock:
            self._move(symbol, bar, seconds)

    def submit(
        self,
        request: OrderRequest,
        at: datetime,
        *,
        moved: int = 0,
        share: Decimal = _ONE,
        reject: Retcode | None = None,
    ) -> OrderResult:
        """Take an order or refuse it. `moved`: points the price ran away; `share` of it finds the other side."""
        with self.lock:
            return self._submit(request, at, moved, share, reject)

    def roll(self, minor_a_lot: int) -> None:
        """A night passes: every position is charged (negative) or credited so many minor units a lot."""
        with self.lock:
            for held in self.books.positions.values():
                held.swap += int(held.volume * minor_a_lot)

    def quoted(self, held: Held) -> Decimal:
        """The price at which a position would be closed now; its own before the first quote."""
        quote = self.listings[held.info.name].quote
        return held.price if quote is None else (quote.bid if held.side == "buy" else quote.ask)

    def account(self) -> AccountInfo:
        profit = self.books.floating(self.quoted)
        margin = sum(self.books.margin(held, self.leverage) for held in self.books.positions.values())
        balance, equity = self.books.balance, self.books.balance + profit
        who, mode, free = (self.login, self.server, "USD", 2), self.books.mode, equity - margin
        sums = (balance, equity, profit, margin, free)
        return AccountInfo(*who, mode, self.leverage, *sums, True, self.kind)

    def positions(self) -> list[Position]:
        return [self._shown(held) for held in self.books.positions.values()]

    def orders(self) -> list[Order]:
        return [
            order_of(each, "partial" if each.left < (each.request.volume or 0) else "placed")
            for each in self.working.values()
        ]

    def _move(self, symbol: str, bar: Bar, seconds: int) -> None:
        listing, opened = self.listings[symbol], datetime.fromtimestamp(bar.time, UTC)
        listing.bars.append(bar)
        listing.seconds = seconds
        waiting = [each for each in self.working.values() if each.request.symbol == symbol]
        at_open = {each.ticket for each in waiting if self._enter(each, listing, bar, opened)}
        for held in [held for held in self.books.positions.values() if held.info.name == symbol]:
            self._exit(held, listing, bar, opened, held.opened_at < opened or held.ticket in at_open)
        closed = datetime.fromtimestamp(bar.time + seconds, UTC)
        bid = listing.price(bar.close)
        listing.quote = Quote(symbol, bid, bid + listing.spread * listing.info.point, closed)
        while self._is_short():
            worst = min(self.books.positions.values(), key=self._gain)
            self._end(worst, self.quoted(worst), closed, "stop_out")

    def _is_short(self) -> bool:
        account = self.account()
        return account.margin > 0 and account.equity * 100 < account.margin * self.stop_out

    def _gain(self, held: Held) -> int:
        return self.books.profit(held, self.quoted(held)) + held.swap

    def _submit(
        self, request: OrderRequest, at: datetime, moved: int, share: Decimal, reject: Retcode | None
    ) -> OrderResult:
        listing = self.listings.get(request.symbol)
        if listing is None or not listing.listed or listing.quote is None:
            return OrderResult(Retcode.INVALID)
        if reject is not None:
            return self._refuse(request, reject, at)
        match request.action:
            case "cancel" | "modify_order":
                return self._change_order(request, listing, listing.quote, at)
            case "modify_position":
                return self._change_position(request, listing.quote)
            case "close":
                return self._close(request, listing, at, moved)
            case _:
                return self._open(request, listing, listing.quote, at, moved, share)

    def _open(
        self, asked: OrderRequest, listing: Listing, quote: Quote, at: datetime, moved: int, share: Decimal
    ) -> OrderResult:
        if wrong := refusal(asked, listing.info, quote, at):
            return self._refuse(asked, wrong, at)
        assert asked.volume is not None
        if not self._affordable(asked, listing.info, quote):
            return self._refuse(asked, Retcode.NO_MONEY, at)
        if asked.action == "pending":
            order = Working(next(self._tickets), asked, asked.volume, at)
            self.working[order.ticket] = order
            return OrderResult(Retcode.PLACED, order.ticket, volume=asked.volume, price=asked.price)
        if moved > asked.deviation:
            return OrderResult(Retcode.REQUOTE, bid=quote.bid, ask=quote.ask)
        return self._at_market(asked, listing, at, moved, share)

    def _at_market(
        self, asked: OrderRequest, listing: Listing, at: datetime, moved: int, share: Decimal
    ) -> OrderResult:
        assert asked.volume is not None and listing.quote is not None
        step = listing.info.volume_step
        volume = asked.volume * share // step * step
        if not volume or (volume < asked.volume and asked.filling == "fok"):
            return self._refuse(asked, Retcode.REJECT, at)
        order = Working(next(self._tickets), asked, asked.volume, at)
        self.working[order.ticket] = order
        price = slipped(touch(listing.quote, asked.side), asked.side, moved, listing.info)
        deal = self._fill(order, listing.info, volume, price, at)
        if order.left and asked.filling == "ioc":
            self._done(order, "cancelled")
        done = volume == asked.volume
        return OrderResult(Retcode.DONE if done else Retcode.DONE_PARTIAL, order.ticket, deal, volume, price)

    def _close(self, asked: OrderRequest, listing: Listing, at: datetime, moved: int) -> OrderResult:
        held = self.books.positions.get(asked.position)
        if held is None or listing.quote is None:
            return self._refuse(asked, Retcode.POSITION_CLOSED, at)
        volume = held.volume if asked.volume is None else asked.volume
        if volume > held.volume or not fits(volume, listing.info):
            return self._refuse(asked, Retcode.INVALID_CLOSE_VOLUME, at)
        if moved > asked.deviation:
            return OrderResult(Retcode.REQUOTE, bid=listing.quote.bid, ask=listing.quote.ask)
        side: Side = "sell" if held.side == "buy" else "buy"
        price = slipped(touch(listing.quote, side), side, moved, listing.info)
        ticket = next(self._tickets)
        deal = self.books.close(held, Fill(ticket, asked, listing.info, side, volume, price, at))
        done = Working(ticket, closing(asked, side, volume), Decimal(0), at)
        self.past.append(order_of(done, "filled", held.ticket))
        return OrderResult(Retcode.DONE, ticket, deal.ticket, volume, price)

    def _change_order(self, asked: OrderRequest, listing: Listing, quote: Quote, at: datetime) -> OrderResult:
        order = self.working.get(asked.order)
        if order is None or order.request.action != "pending":
            return OrderResult(Retcode.INVALID_ORDER)
        if asked.action == "cancel":
            self._done(order, "cancelled")
            return OrderResult(Retcode.DONE, order.ticket)
        wanted = changed(order.request, asked)
        if (
            wanted.price is None
            or not on_grid(wanted.price, listing.info)
            or misplaced(wanted, listing.info, quote)
        ):
            return OrderResult(Retcode.INVALID_PRICE)
        if wrong := stops_refusal(wanted.side, wanted.price, wanted.stop, wanted.target, listing.info):
            return OrderResult(wrong)
        order.request = wanted
        return OrderResult(Retcode.DONE, order.ticket)

    def _change_position(self, asked: OrderRequest, quote: Quote) -> OrderResult:
        held = self.books.positions.get(asked.position)
        if held is None:
            return OrderResult(Retcode.POSITION_CLOSED)
        if (held.stop, held.target) == (asked.stop, asked.target):
            return OrderResult(Retcode.NO_CHANGES)
        now = quote.bid if held.side == "buy" else quote.ask
        if wrong := stops_refusal(held.side, now, asked.stop, asked.target, held.info):
            return OrderResult(wrong)
        held.stop, held.target = asked.stop, asked.target
        return OrderResult(Retcode.DONE)

    def _affordable(self, asked: OrderRequest, info: SymbolInfo, quote: Quote) -> bool:
        assert asked.volume is not None
        price, none = touch(quote, asked.side), None
        would = Held(0, info, asked.side, asked.volume, price, none, none, 0, "", quote.at)
        return self.books.margin(would, self.leverage) <= self.account().free_margin

    def _refuse(self, asked: OrderRequest, code: Retcode, at: datetime) -> OrderResult:
        """A broker keeps what it rejected in its history."""
        order = Working(next(self._tickets), asked, asked.volume or Decimal(0), at)
        self.past.append(order_of(order, "rejected"))
        return OrderResult(code, order.ticket)

    def _fill(self, order: Working, info: SymbolInfo, volume: Decimal, price: Decimal, at: datetime) -> int:
        deal = self.books.open(Fill(order.ticket, order.request, info, order.request.side, volume, price, at))
        order.left -= volume
        if not order.left:
            self._done(order, "filled", deal.position)
        return deal.ticket

    def _done(self, order: Working, state: OrderState, position: int = 0) -> None:
        del self.working[order.ticket]
        self.past.append(order_of(order, state, position))

    def _enter(self, order: Working, listing: Listing, bar: Bar, opened: datetime) -> bool:
        """Whether the bar filled the order at its open."""
        asked = order.request
        if asked.expires_at is not None and asked.expires_at <= opened:
            self._done(order, "expired")
            return False
        wanted = bar_order(asked.symbol, asked.side, asked.kind, asked.price)
        found = entry_price(wanted, bar, 1.0 if asked.side == "buy" else -1.0, listing.costs)
        if found is not None:
            self._fill(order, listing.info, order.left, listing.price(found[0]), opened)
        return found is not None and found[1]

    def _exit(self, held: Held, listing: Listing, bar: Bar, opened: datetime, from_open: bool) -> None:
        wanted = bar_order(held.info.name, held.side, "market", held.price, held.stop, held.target)
        found = exit_price(wanted, bar, float(held.sign), listing.costs, from_open)
        if found is None:
            return
        self._end(held, listing.price(found[0]), opened, _REASONS[found[1]])

    def _end(self, held: Held, price: Decimal, at: datetime, reason: Reason) -> None:
        """Close a position on nobody's request."""
        asked, ticket = against(held, reason), next(self._tickets)
        self.books.close(held, Fill(ticket, asked, held.info, asked.side, held.volume, price, at, reason))
        self.past.append(order_of(Working(ticket, asked, Decimal(0), at), "filled", held.ticket))

    def _shown(self, held: Held) -> Position:
        price = self.quoted(held)
        return Position(
            held.ticket,
            held.info.name,
            held.side,
            held.volume,
            held.price,
            price,
            held.stop,
            held.target,
            self.books.profit(held, price),
            held.swap,
            held.magic,
            held.comment,
            held.opened_at,
        )
