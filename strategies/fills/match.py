"""At what price a bar fills an order or ends a position; no state. Sides are +1 to buy, -1 to sell."""

from __future__ import annotations

from typing import NamedTuple

from strategies.candles import Bar
from strategies.fills.events import Reason
from strategies.orders import Order


class Costs(NamedTuple):
    """Spread and slippage as price distances, the decimals of a price, whether bars gap over prices."""

    spread: float
    slippage: float
    decimals: int
    gaps: bool


class Quotes(NamedTuple):
    """What a bar offered one who trades in a direction: its opening, its best and its worst price."""

    opened: float
    best: float
    worst: float


def quotes(bar: Bar, sign: float, costs: Costs) -> Quotes:
    """The asks of `bar` for one who buys, its bids for one who sells."""
    if sign < 0.0:
        return Quotes(bar.open, bar.high, bar.low)
    if not costs.spread:
        return Quotes(bar.open, bar.low, bar.high)
    return Quotes(*(round(bid + costs.spread, costs.decimals) for bid in (bar.open, bar.low, bar.high)))


def entry_price(order: Order, bar: Bar, sign: float, costs: Costs) -> tuple[float, bool] | None:
    """The price at which `bar` fills a pending order, and whether at its open; None if it does not."""
    quote = quotes(bar, sign, costs)
    slippage = sign * costs.slippage
    if order.order_type == "market":
        return quote.opened + slippage, True
    if order.order_type == "limit":
        if sign * (order.entry - quote.best) < 0.0:
            return None
        gap = costs.gaps and sign * (order.entry - quote.opened) >= 0.0
        return (quote.opened if gap else order.entry), gap
    if sign * (quote.worst - order.entry) < 0.0:
        return None
    gap = costs.gaps and sign * (quote.opened - order.entry) >= 0.0
    return (quote.opened if gap else order.entry) + slippage, gap


def exit_price(
    order: Order, bar: Bar, sign: float, costs: Costs, from_open: bool
) -> tuple[float, Reason] | None:
    """The price and the reason with which `bar` ends a position, or None.

    `from_open` says that the position was on when the bar opened, so that it may have opened beyond
    the stop or the target.
    """
    quote = quotes(bar, -sign, costs)
    gap = costs.gaps and from_open
    if gap and order.target is not None and sign * (quote.opened - order.target) >= 0.0:
        return quote.opened, "take_profit"
    if order.stop is not None and sign * (order.stop - quote.worst) >= 0.0:
        beyond = gap and sign * (order.stop - quote.opened) > 0.0
        return (quote.opened if beyond else order.stop) - sign * costs.slippage, "stop_loss"
    if order.target is not None and sign * (quote.best - order.target) >= 0.0:
        return order.target, "take_profit"
    return None
