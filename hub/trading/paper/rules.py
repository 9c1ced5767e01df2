"""How a paper order is filled and what it made: the shared fill engine, and money from prices. No state, no I/O."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from hub.market.candles.models import Candle, Timeframe
from hub.trading.commands.models import Bounds
from hub.trading.paper.models import Change, Figures, Portfolio, Terms
from hub.trading.signals.models import Side, Signal
from strategies.candles import Bar
from strategies.fills import Book, Closed, Event, Expired, Filled
from strategies.orders import Order
from strategies.sizing import lots
from strategies.symbols import SYMBOLS, Symbol

SECONDS: dict[Timeframe, int] = {
    "M1": 60,
    "M5": 300,
    "M15": 900,
    "M30": 1_800,
    "H1": 3_600,
    "H4": 14_400,
    "D1": 86_400,
}
ENOUGH = 30
"""Fewer closed trades than this are not summed up in a rate."""
NOTE = (
    "Paper trading: nothing was bought or sold. Fills are reckoned on closed bars with a constant spread, without "
    "commission, swap or margin; a real account would have fared differently. Past figures say nothing of the future."
)


def book(symbol: str, terms: Terms) -> Book:
    """An empty book. At mid there is no spread: its bars are those of the middle (see `bar`)."""
    spread = terms.spread_points if terms.fill_at == "touch" else 0
    return Book(SYMBOLS[symbol], spread, terms.slippage_points)


def bar(candle: Candle, symbol: Symbol, terms: Terms) -> Bar:
    """A candle as the book takes it: bids, or at mid half a spread above them."""
    half = symbol.point * terms.spread_points / 2 if terms.fill_at == "mid" else 0.0
    prices = (candle.open, candle.high, candle.low, candle.close)
    opened, high, low, close = (round(float(price) + half, symbol.digits + 2) for price in prices)
    return Bar(int(candle.time.timestamp()), opened, high, low, close, float(candle.volume))


def order(id: UUID, signal: Signal, volume: float, until: datetime) -> Order:
    """The order a signal stands for; it expires at `until`."""
    prices = (float(signal.entry), float(signal.stop), float(signal.target))
    return Order(
        str(id),
        signal.instrument,
        signal.side,
        signal.order_type,
        *prices,
        volume,
        math.floor(until.timestamp()),
    )


def placed(at: datetime) -> int:
    """No bar that opened before `at` may fill what was placed then."""
    return math.ceil(at.timestamp())


def volume(balance: int, signal: Signal, risk: float) -> float:
    """Lots that lose the fraction `risk` of the balance (minor units) at the stop, at least the least."""
    symbol = SYMBOLS[signal.instrument]
    return lots(balance / 100, float(signal.entry), float(signal.stop), symbol, risk)


def profit(side: Side, lots: Decimal, opened: Decimal, closed: Decimal, symbol: Symbol) -> int:
    """What a trade made, in minor units; half a unit goes to the even one."""
    gain = (closed - opened) * (1 if side == "buy" else -1)
    tick_value, point = Decimal(str(symbol.tick_value)), Decimal(str(symbol.point))
    made = gain / point * tick_value * lots * 100
    return int(made.quantize(Decimal(1), ROUND_HALF_EVEN))


def refused(portfolio: Portfolio, signal: Signal, bounds: Bounds) -> str | None:
    """Why a portfolio does not take an approval, or None. Drift is not looked at: there is no quote, only bars."""
    most = bounds.max_spread_points
    if most is not None and portfolio.spread_points > most:
        return "max_spread_points"
    if float(signal.entry) == float(signal.stop):  # decimals that the engine cannot tell apart
        return "no_risk"
    return "no_money" if portfolio.balance <= 0 else None


def moved(on: Book, bars: Iterable[Bar]) -> list[Change]:
    """Everything that `bars` do to the book's orders, in order. The book moves with them."""
    orders = {id: each.order for id, each in on.pending.items()}
    orders |= {id: each.order for id, each in on.positions.items()}
    fills = {id: each.price for id, each in on.positions.items()}
    return [_change(event, orders, fills, on.symbol) for each in bars for event in on.on_bar(each)]


def withdrawn(on: Book, ids: Iterable[UUID], at: datetime) -> list[Change]:
    """Pending orders are withdrawn; one that was filled before stays as it is."""
    events = [event for id in ids for event in on.cancel(str(id), int(at.timestamp()))]
    return [_change(event, {}, {}, on.symbol) for event in events]


def ended(on: Book, bid: Decimal | None, at: datetime) -> list[Change]:
    """Pending orders are withdrawn, open positions closed at the last price. The book is empty then."""
    orders = {id: each.order for id, each in on.positions.items()}
    fills = {id: each.price for id, each in on.positions.items()}
    second = int(at.timestamp())
    events = [event for id in list(on.pending) for event in on.cancel(id, second)]
    if bid is not None:
        events += [event for id in list(on.positions) for event in on.close(id, float(bid), second)]
    return [_change(event, orders, fills, on.symbol) for event in events]


def floating(on: Book, bid: Decimal | None) -> int:
    """What the open positions would bring at the market now, slippage left out; minor units."""
    if bid is None:
        return 0
    spread = price(on.costs.spread, on.symbol)
    total = 0
    for each in on.positions.values():
        side, lots = each.order.side, Decimal(str(each.order.volume))
        now = bid if side == "buy" else bid + spread
        total += profit(side, lots, price(each.price, on.symbol), now, on.symbol)
    return total


def price(value: float, symbol: Symbol) -> Decimal:
    """A price or a distance of the engine as a decimal; it may stand between two points."""
    return Decimal(str(round(value, symbol.digits + 2)))


def figures(trades: int, wins: int, net: int) -> Figures:
    """What can be said of so many closed trades, and what cannot."""
    if trades < ENOUGH:
        says = f"{trades} closed trades are too few to say anything; {ENOUGH} are the least for a rate."
        return Figures(trades, wins, net, None, says)
    says = f"Of {trades} closed paper trades. The next ones may go otherwise."
    return Figures(trades, wins, net, round(100 * wins / trades, 1), says)


def _change(event: Event, orders: dict[str, Order], fills: dict[str, float], symbol: Symbol) -> Change:
    id, at = UUID(event.order_id), datetime.fromtimestamp(event.at, UTC)
    if isinstance(event, Filled):
        fills[event.order_id] = event.price
        return Change(id, "open", at, price(event.price, symbol))
    if isinstance(event, Closed):
        of, closed = orders[event.order_id], price(event.price, symbol)
        opened, lots = price(fills[event.order_id], symbol), Decimal(str(of.volume))
        made = profit(of.side, lots, opened, closed, symbol)
        return Change(id, "closed", at, closed, event.reason, made)
    state = "expired" if isinstance(event, Expired) else "cancelled"
    return Change(id, state, at, reason=state)  # type: ignore[arg-type]
