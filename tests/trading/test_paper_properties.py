"""What must hold of paper books whatever the market does and whatever is placed."""

from decimal import Decimal
from typing import get_args
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.market.candles.models import Candle
from hub.trading.paper import rules
from hub.trading.paper.models import Change, FillAt, Terms
from hub.trading.signals.models import OrderType, Side
from strategies.fills import Book
from strategies.orders import Order
from tests.trading.test_paper_rules import GOLD, HOUR, START, D, candle

tick = st.integers(199_000, 201_000)
# Near enough to be met, and far enough that some positions are open at the end.
DISTANCE = st.integers(1, 500) | st.integers(2_000, 9_000)


@st.composite
def candles(draw: st.DrawFn) -> list[Candle]:
    made = []
    for hour in range(draw(st.integers(3, 20))):
        low, a, b, high = sorted(draw(st.lists(tick, min_size=4, max_size=4)))
        prices = (a, high, low, b) if draw(st.booleans()) else (b, high, low, a)
        made.append(candle(hour, *(str(D(price) / 100) for price in prices)))
    return made


@st.composite
def orders(draw: st.DrawFn) -> list[tuple[int, Order]]:
    made = []
    for number in range(draw(st.integers(1, 6))):
        side, kind = draw(st.sampled_from(get_args(Side))), draw(st.sampled_from(get_args(OrderType)))
        sign, entry = (1 if side == "buy" else -1), draw(tick)
        stop, target = (entry - sign * draw(DISTANCE), entry + sign * draw(DISTANCE))
        lots = draw(st.integers(1, 300)) / 100
        at = draw(st.integers(0, 8))
        expires = int((START + draw(st.integers(4, 40)) * HOUR).timestamp())
        id = str(UUID(int=number + 1))
        made.append(
            (at, Order(id, "XAUUSD", side, kind, entry / 100, stop / 100, target / 100, lots, expires))
        )
    return made


TERMS = st.builds(Terms, st.sampled_from(get_args(FillAt)), st.integers(0, 51), st.integers(0, 30))


def played(book: Book, terms: Terms, bars: list[Candle], todo: list[tuple[int, Order]]) -> list[Change]:
    changes = []
    for each in bars:
        hour = (each.time - START) // HOUR
        for _, placed in [pair for pair in todo if pair[0] == hour]:
            book.place(placed, int(each.time.timestamp()))
        changes += rules.moved(book, [rules.bar(each, GOLD, terms)])
    return changes


@given(TERMS, candles(), orders(), st.integers(1, 10**9))
def test_equity_is_deposit_and_closed_and_floating_to_the_cent(
    terms: Terms, bars: list[Candle], todo: list[tuple[int, Order]], deposit: int
) -> None:
    """Reckoned once more from the prices alone, in dollars of 100 ounces, by what a broker's statement would say."""
    book = rules.book("XAUUSD", terms)
    changes = played(book, terms, bars, todo)
    balance = deposit + sum(change.profit for change in changes)
    last = bars[-1].close + (D(terms.spread_points) / 200 if terms.fill_at == "mid" else 0)
    equity = balance + rules.floating(book, last)

    placed, opened = {order.id: order for _, order in todo}, dict[str, D]()
    expected = D(0)
    for change in changes:
        if change.state == "open":
            assert change.price is not None
            opened[str(change.trade_id)] = change.price
        elif change.state == "closed":
            assert change.price is not None
            expected += _dollars(placed[str(change.trade_id)], opened.pop(str(change.trade_id)), change.price)
    spread = D(terms.spread_points) / 100 if terms.fill_at == "touch" else D(0)
    for id, at in opened.items():
        expected += _dollars(placed[id], at, last if placed[id].side == "buy" else last + spread)
    assert equity == deposit + int(expected * 100)


def _dollars(order: Order, opened: Decimal, closed: Decimal) -> Decimal:
    gain = (closed - opened) if order.side == "buy" else (opened - closed)
    return round(gain * 100 * D(str(order.volume)), 2)


@given(TERMS, candles(), orders(), st.data())
def test_a_run_from_snapshots_is_the_uninterrupted_run(
    terms: Terms, bars: list[Candle], todo: list[tuple[int, Order]], data: st.DataObject
) -> None:
    whole = rules.book("XAUUSD", terms)
    expected = played(whole, terms, bars, todo)
    cut = data.draw(st.integers(0, len(bars)))
    first = rules.book("XAUUSD", terms)
    begun = played(first, terms, bars[:cut], todo)
    second = Book.restore(first.snapshot())
    assert begun + played(second, terms, bars[cut:], todo) == expected
    assert second.snapshot() == whole.snapshot()


@given(TERMS, candles(), orders())
def test_an_ended_book_is_empty_and_every_trade_has_one_end(
    terms: Terms, bars: list[Candle], todo: list[tuple[int, Order]]
) -> None:
    book = rules.book("XAUUSD", terms)
    changes = played(book, terms, bars, todo)
    changes += rules.ended(book, bars[-1].close, START + 100 * HOUR)
    assert not book.pending and not book.positions and rules.floating(book, bars[-1].close) == 0
    ends = [c.trade_id for c in changes if c.state != "open"]
    assert len(ends) == len(set(ends)) == sum(at < len(bars) for at, _ in todo)
