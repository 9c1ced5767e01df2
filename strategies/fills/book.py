"""The fill engine that the backtest, paper trading and the simulated terminal share.

Conventions
-----------
* Bars carry bid prices. A buy is filled, and a sell closed, at the ask = bid + spread; the spread is
  constant. So a sell's stop is touched by high + spread, a buy limit by low + spread.
* An order works on bars that open at or after the time it was placed: no bar fills an order it led to.
* An order whose `expires` is at or before a bar's opening expires before that bar can fill it.
* Limit: touched is filled, at the limit, or at the open when the bar opens beyond it (better).
* Stop: touched is filled, at the stop price, or at the open when the bar opens beyond it (worse).
* Market: filled at the open of the next bar.
* Slippage worsens stop and market entries and stop-loss and manual exits, never limits and targets.
* Within a bar: expiry, entries in the order they were placed, then exits in the order of entry. A
  position may end in the bar that filled it, at its stop or its target. If both are within the bar's
  range, the stop was first, unless the bar opened at or beyond the target with the position on.
* A bar that opens beyond the stop of a position ends it at the open (worse), beyond the target at the
  open (better); so does the bar whose open filled it. Within a bar, a position ends at the level.
* `gaps=False` fills and ends everything at the level itself, as the golden table of Fib-RSI does.
* Positions overlap freely and nothing is netted; there is no commission, no swap and no margin.
"""

from __future__ import annotations

from collections.abc import Iterator

from strategies.candles import Bar
from strategies.fills.events import Cancelled, Closed, Event, Expired, Filled, Reason
from strategies.fills.match import Costs, entry_price, exit_price
from strategies.fills.state import Pending, Position, State, pack, unpack
from strategies.orders import Order
from strategies.symbols import Symbol


class Book:
    """Pending orders and open positions of one symbol, by order id."""

    def __init__(
        self,
        symbol: Symbol,
        spread_points: float = 0.0,
        slippage_points: float = 0.0,
        *,
        gaps: bool = True,
    ) -> None:
        spread, slippage = spread_points * symbol.point, slippage_points * symbol.point
        self.symbol = symbol
        self.costs = Costs(spread, slippage, symbol.digits + 2, gaps)
        self.pending: dict[str, Pending] = {}
        self.positions: dict[str, Position] = {}

    def place(self, order: Order, at: int) -> None:
        """Let `order` work from `at` (epoch seconds) on.

        Raises ValueError for another symbol, a volume that is not positive, or an id already at work.
        """
        if order.symbol != self.symbol.name or not order.volume > 0.0:
            raise ValueError(f"order {order.id} does not fit a book of {self.symbol.name}")
        if order.id in self.pending or order.id in self.positions:
            raise ValueError(f"order {order.id} is already at work")
        self.pending[order.id] = Pending(order, at)

    def cancel(self, order_id: str, at: int) -> list[Event]:
        """Withdraw a pending order; one that is not pending (any more) is no error and no event."""
        return [Cancelled(order_id, at)] if self.pending.pop(order_id, None) else []

    def close(self, order_id: str, bid: float, at: int) -> list[Event]:
        """End a position at the market; one that is not open (any more) is no error and no event."""
        position = self.positions.get(order_id)
        if position is None:
            return []
        sign = _sign(position.order)
        quote = bid if sign > 0.0 else bid + self.costs.spread
        return [self._end(position, quote - sign * self.costs.slippage, at, "manual")]

    def on_bar(self, bar: Bar) -> list[Event]:
        """Everything that happens in `bar`, in order."""
        return [*self._expire(bar), *self._enter(bar), *self._exit(bar)]

    def snapshot(self) -> bytes:
        """Everything needed to go on with the same bits."""
        return pack(State(self.symbol, self.costs, [*self.pending.values()], [*self.positions.values()]))

    @classmethod
    def restore(cls, data: bytes) -> Book:
        """The book a `snapshot` was taken of. Raises ValueError for foreign bytes."""
        state = unpack(data)
        book = cls(state.symbol)
        book.costs = state.costs
        book.pending = {each.order.id: each for each in state.pending}
        book.positions = {each.order.id: each for each in state.positions}
        return book

    def _expire(self, bar: Bar) -> Iterator[Event]:
        for order_id, waiting in list(self.pending.items()):
            if waiting.order.expires is not None and waiting.order.expires <= bar.time:
                del self.pending[order_id]
                yield Expired(order_id, bar.time)

    def _enter(self, bar: Bar) -> Iterator[Event]:
        for order_id, waiting in list(self.pending.items()):
            order = waiting.order
            filled = entry_price(order, bar, _sign(order), self.costs) if waiting.placed <= bar.time else None
            if filled is not None:
                price, from_open = filled
                del self.pending[order_id]
                self.positions[order_id] = Position(order, price, bar.time, from_open)
                yield Filled(order_id, price, order.volume, bar.time)

    def _exit(self, bar: Bar) -> Iterator[Event]:
        for position in list(self.positions.values()):
            from_open = position.from_open or position.opened < bar.time
            ended = exit_price(position.order, bar, _sign(position.order), self.costs, from_open)
            if ended is not None:
                price, reason = ended
                yield self._end(position, price, bar.time, reason)

    def _end(self, position: Position, price: float, at: int, reason: Reason) -> Closed:
        order = position.order
        del self.positions[order.id]
        gain = _sign(order) * (price - position.price)
        risk = abs(order.entry - order.stop) if order.stop is not None else 0.0
        return Closed(
            order_id=order.id,
            price=price,
            at=at,
            reason=reason,
            pips=self.symbol.pips(gain),
            r=gain / risk if risk else 0.0,
            profit=self.symbol.points(gain) * self.symbol.tick_value * order.volume,
        )


def _sign(order: Order) -> float:
    return 1.0 if order.side == "buy" else -1.0
