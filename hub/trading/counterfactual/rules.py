"""Replay one signal over bars, add outcomes up, and say what so many can tell. No state, no I/O."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from hub.core.problems import invalid
from hub.trading.counterfactual.models import CounterfactualQuery, Group, Missed, Outcome, Sum
from hub.trading.paper import rules as paper
from hub.trading.paper.models import Terms
from strategies.candles import Bar
from strategies.fills import Closed, Filled
from strategies.orders import Order
from strategies.symbols import SYMBOLS

ENOUGH = 30
HORIZON = 2_000
"""So many bars after its order a signal is followed; what has not closed by then counts as still open."""
_SPAN = timedelta(days=30)
_LONGEST = timedelta(days=366)
FREE = Terms("touch", 0, 0)
NOTE = (
    "Reckoned on closed bars with a constant spread and slippage, at the least volume, without commission or swap: "
    "nobody was filled. Past figures say nothing of the future."
)


def period(query: CounterfactualQuery, now: datetime) -> tuple[datetime, datetime]:
    """From when until when; `Invalid` without a zone, backwards or over a year."""
    for name, at in (("from", query.since), ("to", query.until)):
        if at is not None and at.tzinfo is None:
            raise invalid(f"/{name}", "times need a zone, as in 2026-11-22T10:00:00Z")
        if at is not None and not 2000 <= at.year < 9000:
            raise invalid(f"/{name}", "there are no signals of that time")
    until = query.until or now
    since = query.since or until - _SPAN
    if not since < until:
        raise invalid("/from", "must be before `to`")
    if until - since > _LONGEST:
        raise invalid("/from", "must be within a year of `to`")
    return since, until


def replay(missed: Missed, bars: Sequence[Bar], terms: Terms) -> Outcome:
    """What would have become of the signal, as an order of the least volume placed at `missed.at`.

    `bars` are bids, oldest first, of the signal's instrument. Those that opened before the order play no part.
    """
    symbol = SYMBOLS[missed.instrument]
    start = bisect_left(bars, paper.placed(missed.at), key=lambda bar: bar.time)
    if start == len(bars):
        return Outcome("no_candles")
    book = paper.book(missed.instrument, terms)
    book.place(_order(missed, symbol.volume_min), paper.placed(missed.at))
    opened: float | None = None
    for bar in bars[start : start + HORIZON]:
        for event in book.on_bar(bar):
            if isinstance(event, Filled):
                opened = event.price
            elif isinstance(event, Closed) and opened is not None:
                prices = paper.price(opened, symbol), paper.price(event.price, symbol)
                lots = Decimal(str(symbol.volume_min))
                return Outcome("closed", event.r, paper.profit(missed.side, lots, *prices, symbol))
        if not (book.pending or book.positions):
            return Outcome("not_filled")
    return Outcome("open" if book.positions else "not_filled")


def _order(missed: Missed, volume: float) -> Order:
    prices = (float(missed.entry), float(missed.stop), float(missed.target))
    ends = math.floor(missed.ends.timestamp())
    return Order(str(missed.id), missed.instrument, missed.side, missed.order_type, *prices, volume, ends)


def group(missed: Iterable[Missed], bars: dict[str, Sequence[Bar]], costs: Terms) -> Group:
    """Every signal replayed twice, without costs and with them."""
    signals = list(missed)
    gross = [replay(each, bars.get(each.instrument, ()), FREE) for each in signals]
    net = [replay(each, bars.get(each.instrument, ()), costs) for each in signals]
    states = Counter(each.state for each in net)
    return Group(
        signals=len(signals),
        gross=added(gross),
        net=added(net),
        still_open=states["open"],
        not_filled=states["not_filled"],
        no_candles=states["no_candles"],
        says=says(states["closed"]),
    )


def added(outcomes: Iterable[Outcome]) -> Sum:
    """The closed ones."""
    closed = [each for each in outcomes if each.state == "closed"]
    r = round(math.fsum(each.r for each in closed), 4)
    return Sum(len(closed), sum(each.profit > 0 for each in closed), r, sum(each.profit for each in closed))


def says(sample_size: int) -> str:
    """What a sample of this size can tell."""
    if not sample_size:
        return "No trade would have closed: there is nothing to say."
    if sample_size < ENOUGH:
        return (
            f"A sample of {sample_size} closed trades is too small to say anything; {ENOUGH} are the least."
        )
    return f"A sample of {sample_size} closed trades. Another {sample_size} may go otherwise."
