"""A terminal whose market is a series of bars and whose clock is theirs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from caerus_client.times import Now, utc_now

from strategies.candles import Bar
from strategies.fills import Book, Closed, Event, Expired, Filled
from strategies.fills.state import Position
from strategies.orders import Order
from strategies.sizing import clamp_volume
from strategies.symbols import Symbol
from workers.simulator.trades import Trade, Trades, add_trade, change_trade, open_account, save_account

HOUR = 3600
LEVERAGE = 100
DEPOSIT = 10_000.0
"""What an account begins with, unless told otherwise."""


class BrokerRefusal(Exception):
    """The broker did not take the order."""


class Quote(NamedTuple):
    """Prices at the close of the newest bar."""

    bid: float
    ask: float


class Holding(NamedTuple):
    """A position as it stands: prices, lots, profit in account currency, and since when in the terminal's clock."""

    ticket: int
    side: str
    volume: float
    price: float
    opened: int
    stop: float | None
    target: float | None
    profit: float
    comment: str


class Terminal:
    """One account that trades one symbol. Everything it holds survives in `path`, if it is given one.

    Orders are known by ticket; `comment` is the client's own id of an order, and as at a broker nothing
    keeps two orders from carrying the same one.
    """

    def __init__(
        self,
        symbol: Symbol,
        *,
        balance: float = DEPOSIT,
        spread_points: float = 20.0,
        slippage_points: float = 0.0,
        timeframe: int = HOUR,
        path: str | Path | None = None,
        now: Now = utc_now,
    ) -> None:
        self.symbol = symbol
        self._timeframe = timeframe
        self._trades = Trades(":memory:" if path is None else path)
        saved = self._trades.account()
        if saved is None:
            book = Book(symbol, spread_points, slippage_points).snapshot()
            saved = balance, 0, None, book, now().timestamp()
            with self._trades.transaction() as db:
                open_account(db, balance, book, saved[4])
        self.balance, self.clock, self._bid, held, self._since = saved
        self._book = Book.restore(held)

    def close(self) -> None:
        """Close the file."""
        self._trades.close()

    @property
    def quote(self) -> Quote | None:
        """The newest prices; None before the first bar."""
        return None if self._bid is None else Quote(self._bid, self._bid + self._book.costs.spread)

    @property
    def equity(self) -> float:
        """Balance plus what the open positions would bring at the newest quote, in account currency."""
        quote = self.quote
        return self.balance + (0.0 if quote is None else sum(self._floating(quote)))

    @property
    def margin(self) -> float:
        """What the open positions bind: their worth at entry over the leverage, in account currency."""
        worth = sum(held.price * held.order.volume for held in self._book.positions.values())
        return worth / self.symbol.point * self.symbol.tick_value / LEVERAGE

    def knows_all_since(self, when: datetime) -> bool:
        """Whether an order placed at or after `when` must be in the records if it exists at all."""
        return when.timestamp() >= self._since

    def find(self, comment: str) -> list[Trade]:
        """Every order that was placed with this comment, whatever became of it."""
        return self._trades.find(comment)

    def trade(self, ticket: int) -> Trade | None:
        """The order with this ticket, whatever became of it."""
        return self._trades.get(ticket)

    def trades(self) -> list[Trade]:
        """Every order there ever was, by ticket."""
        return self._trades.all()

    def filled(self) -> list[Trade]:
        """Every order that became a position, open or closed by now, by ticket."""
        return self._trades.filled()

    def closed(self) -> list[Trade]:
        """Every position that was closed, by ticket."""
        return self._trades.in_state("closed")

    def holdings(self) -> list[Holding]:
        """What is open at the newest quote."""
        quote = self.quote
        comments = {trade.ticket: trade.comment for trade in self._trades.in_state("open")}
        return [
            Holding(
                int(held.order.id),
                held.order.side,
                held.order.volume,
                held.price,
                held.opened,
                held.order.stop,
                held.order.target,
                self._gain(held, quote),
                comments.get(int(held.order.id), ""),
            )
            for held in self._book.positions.values()
            if quote is not None
        ]

    def on_bar(self, bar: Bar) -> list[Event]:
        """Let the market move by one closed bar; bars already seen change nothing. Events name tickets."""
        if bar.time < self.clock:
            return []
        events = self._book.on_bar(bar)
        self._bid, self.clock = bar.close, bar.time + self._timeframe
        self._settle(events)
        return events

    def place(self, order: Order, comment: str) -> int:
        """Take an order; its ticket. It works from the next bar on. Raises BrokerRefusal."""
        self._check(order)
        with self._trades.transaction() as db:
            ticket = add_trade(db, comment, order.side, order.volume, self.clock)
            self._book.place(replace(order, id=str(ticket)), at=self.clock)
            self._save(db)
        return ticket

    def cancel(self, ticket: int) -> bool:
        """Withdraw a pending order; False if it is not pending."""
        events = self._book.cancel(str(ticket), at=self.clock)
        self._settle(events)
        return bool(events)

    def close_position(self, ticket: int, *, by_expert: bool = False) -> bool:
        """Close a position at the market, by hand or by an EA; False if it is not open."""
        events = [] if self._bid is None else self._book.close(str(ticket), self._bid, at=self.clock)
        self._settle(events, by_expert=by_expert)
        return bool(events)

    def _check(self, order: Order) -> None:
        quote, sign = self.quote, 1.0 if order.side == "buy" else -1.0
        if quote is None:
            raise BrokerRefusal("no quotes")
        if order.symbol != self.symbol.name:
            raise BrokerRefusal(f"unknown symbol {order.symbol}")
        ahead = sign * ((quote.ask if order.side == "buy" else quote.bid) - order.entry)
        if (order.order_type == "limit" and ahead <= 0) or (order.order_type == "stop" and ahead >= 0):
            raise BrokerRefusal("invalid price")
        risk = sign * (order.entry - order.stop) if order.stop is not None else None
        reward = sign * (order.target - order.entry) if order.target is not None else None
        if any(distance is not None and distance <= 0 for distance in (risk, reward)):
            raise BrokerRefusal("invalid stops")
        if clamp_volume(order.volume, self.symbol) != order.volume:
            raise BrokerRefusal("invalid volume")

    def _settle(self, events: Iterable[Event], *, by_expert: bool = False) -> None:
        with self._trades.transaction() as db:
            for event in events:
                self._note(db, event)
                if by_expert:
                    change_trade(db, int(event.order_id), by_expert=1)
            self._save(db)

    def _save(self, db: sqlite3.Connection) -> None:
        save_account(db, self.balance, self.clock, self._bid, self._book.snapshot())

    def _note(self, db: sqlite3.Connection, event: Event) -> None:
        ticket = int(event.order_id)
        if isinstance(event, Filled):
            filled = {"fill_price": event.price, "fill_volume": event.volume, "filled_at": event.at}
            change_trade(db, ticket, state="open", **filled)
        elif isinstance(event, Closed):
            self.balance += event.profit
            done = {"close_price": event.price, "close_reason": event.reason, "profit": event.profit}
            change_trade(db, ticket, state="closed", closed_at=event.at, **done)
        else:
            state = "expired" if isinstance(event, Expired) else "cancelled"
            change_trade(db, ticket, state=state, close_reason=state, closed_at=event.at)

    def _floating(self, quote: Quote) -> Iterable[float]:
        return (self._gain(position, quote) for position in self._book.positions.values())

    def _gain(self, position: Position, quote: Quote) -> float:
        order = position.order
        gain = quote.bid - position.price if order.side == "buy" else position.price - quote.ask
        return self.symbol.points(gain) * self.symbol.tick_value * order.volume
