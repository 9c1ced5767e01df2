"""The conventions of the fill engine, one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from strategies.candles import Bar
from strategies.fills import Book, Cancelled, Closed, Event, Expired, Filled
from strategies.orders import Order, OrderSide, OrderType
from strategies.symbols import symbol

GOLD = symbol("XAUUSD")
BUY = Order("b", "XAUUSD", "buy", "limit", 100.0, 98.0, 106.0, 1.0)
SELL = Order("s", "XAUUSD", "sell", "limit", 100.0, 102.0, 94.0, 1.0)


def bar(time: int, opened: float, high: float, low: float, close: float | None = None) -> Bar:
    return Bar(time, opened, high, low, opened if close is None else close)


def typed(side: OrderSide, order_type: OrderType) -> Order:
    return replace(BUY if side == "buy" else SELL, order_type=order_type)


def fill_price(book: Book, order: Order, first: Bar) -> float | None:
    book.place(order, first.time)
    return next((event.price for event in book.on_bar(first) if isinstance(event, Filled)), None)


@pytest.mark.parametrize(
    ("side", "order_type", "prices", "expected"),
    [
        # (open, high, low); spread 0.20, slippage 0.05: a buy pays the ask, a sell gets the bid
        ("buy", "limit", (101.0, 101.5, 99.80), 100.0),  # the ask's low, 100.00, touches
        ("buy", "limit", (101.0, 101.5, 99.81), None),
        ("buy", "limit", (99.0, 99.5, 98.5), 99.2),  # opens beyond: better
        ("sell", "limit", (99.0, 100.0, 98.5), 100.0),
        ("sell", "limit", (99.0, 99.99, 98.5), None),
        ("sell", "limit", (101.0, 101.5, 100.5), 101.0),
        ("buy", "stop", (99.0, 99.80, 98.5), 100.05),  # touched at the ask, slipped
        ("buy", "stop", (99.0, 99.79, 98.5), None),
        ("buy", "stop", (101.0, 101.5, 100.5), 101.25),  # opens beyond: worse, and slipped
        ("sell", "stop", (101.0, 101.5, 100.0), 99.95),
        ("sell", "stop", (101.0, 101.5, 100.01), None),
        ("sell", "stop", (99.0, 99.5, 98.5), 98.95),
        ("buy", "market", (99.0, 99.5, 98.5), 99.25),
        ("sell", "market", (99.0, 99.5, 98.5), 98.95),
    ],
)
def test_entries(
    side: OrderSide, order_type: OrderType, prices: tuple[float, float, float], expected: float | None
) -> None:
    price = fill_price(Book(GOLD, 20, 5), typed(side, order_type), bar(0, *prices))
    assert price == (None if expected is None else pytest.approx(expected, abs=1e-9))


@pytest.mark.parametrize(
    ("side", "prices", "expected"),
    [
        # the position is on when this bar opens; spread 0.20, slippage 0.05
        ("buy", (100.0, 101.0, 99.0), None),
        ("buy", (100.0, 101.0, 98.0), (97.95, "stop_loss")),  # touched at the bid, slipped
        ("buy", (97.0, 99.0, 96.0), (96.95, "stop_loss")),  # opens beyond the stop: worse
        ("buy", (105.0, 106.0, 104.0), (106.0, "take_profit")),
        ("buy", (107.0, 108.0, 106.5), (107.0, "take_profit")),  # opens beyond the target: better
        ("buy", (100.0, 106.0, 98.0), (97.95, "stop_loss")),  # both in one bar: the stop was first
        ("buy", (107.0, 107.0, 97.0), (107.0, "take_profit")),  # but not before the open
        ("sell", (100.0, 101.79, 99.0), None),
        ("sell", (100.0, 101.80, 99.0), (102.05, "stop_loss")),  # touched at the ask
        ("sell", (103.0, 104.0, 102.5), (103.25, "stop_loss")),
        ("sell", (95.0, 96.0, 93.80), (94.0, "take_profit")),
        ("sell", (95.0, 96.0, 93.81), None),
        ("sell", (93.0, 93.5, 92.0), (93.2, "take_profit")),
    ],
)
def test_exits(
    side: OrderSide, prices: tuple[float, float, float], expected: tuple[float, str] | None
) -> None:
    book = Book(GOLD, 20, 5)
    entry = (100.0, 100.0, 99.8) if side == "buy" else (100.0, 100.0, 100.0)
    assert fill_price(book, BUY if side == "buy" else SELL, bar(0, *entry)) == 100.0
    closed = [event for event in book.on_bar(bar(3600, *prices)) if isinstance(event, Closed)]
    assert [(event.price, event.reason) for event in closed] == (
        [] if expected is None else [(pytest.approx(expected[0], abs=1e-9), expected[1])]
    )


@pytest.mark.parametrize(
    ("prices", "price", "reason"),
    [
        ((101.0, 101.0, 97.0), 98.0, "stop_loss"),  # filled on the way down, stopped on the way down
        ((101.0, 107.0, 99.0), 106.0, "take_profit"),
        ((101.0, 107.0, 97.0), 98.0, "stop_loss"),
        ((97.0, 99.0, 96.0), 97.0, "stop_loss"),  # opens below the stop: in and out at the open
    ],
)
def test_the_bar_that_fills_may_end_the_position(
    prices: tuple[float, float, float], price: float, reason: str
) -> None:
    book = Book(GOLD)
    book.place(BUY, 0)
    filled, closed = book.on_bar(bar(0, *prices))
    assert isinstance(filled, Filled)
    assert isinstance(closed, Closed)
    assert (closed.price, closed.reason) == (price, reason)
    assert not book.positions


def test_without_gaps_everything_happens_at_its_level() -> None:
    book = Book(GOLD, gaps=False)
    assert fill_price(book, BUY, bar(0, 99.0, 99.5, 98.5)) == 100.0
    (closed,) = book.on_bar(bar(60, 90.0, 91.0, 89.0))
    assert isinstance(closed, Closed)
    assert (closed.price, closed.r) == (98.0, -1.0)


def test_what_a_close_reports() -> None:
    book = Book(GOLD)
    book.place(replace(SELL, volume=0.5), 0)
    book.on_bar(bar(0, 101.0, 101.0, 100.5))  # filled at 101, better than 100
    (closed,) = book.on_bar(bar(60, 100.0, 100.0, 94.0))
    assert closed == Closed(
        "s",
        94.0,
        60,
        "take_profit",
        pips=pytest.approx(70.0),
        r=pytest.approx(3.5),
        profit=pytest.approx(350.0),
    )


def test_no_bar_fills_an_order_that_it_led_to() -> None:
    book = Book(GOLD)
    book.place(BUY, 3600)
    assert book.on_bar(bar(0, 101.0, 101.0, 99.0)) == []
    assert [type(event) for event in book.on_bar(bar(3600, 101.0, 101.0, 99.0))] == [Filled]


def test_an_order_expires_before_the_bar_can_fill_it() -> None:
    book = Book(GOLD)
    book.place(replace(BUY, expires=7200), 0)
    assert book.on_bar(bar(3600, 101.0, 101.0, 100.5)) == []
    assert book.on_bar(bar(7200, 101.0, 101.0, 99.0)) == [Expired("b", 7200)]
    assert not book.pending


def test_an_order_works_until_the_bar_before_its_expiry() -> None:
    book = Book(GOLD)
    book.place(replace(BUY, expires=7200), 0)
    assert [type(event) for event in book.on_bar(bar(7199, 101.0, 101.0, 99.0))] == [Filled]


def test_only_pending_orders_are_cancelled() -> None:
    book = Book(GOLD)
    book.place(BUY, 0)
    assert book.cancel("b", 5) == [Cancelled("b", 5)]
    assert book.cancel("b", 6) == []
    book.place(BUY, 6)
    book.on_bar(bar(60, 100.0, 100.0, 99.5))
    assert book.cancel("b", 70) == []
    assert list(book.positions) == ["b"]


def test_a_position_is_closed_by_hand_at_the_market() -> None:
    book = Book(GOLD, 20, 5)
    book.place(SELL, 0)
    assert book.close("s", 100.0, 1) == []
    book.on_bar(bar(60, 99.0, 100.0, 99.0))
    (closed,) = book.close("s", 97.0, 70)
    assert isinstance(closed, Closed)
    assert (closed.price, closed.reason, closed.at) == (pytest.approx(97.25), "manual", 70)
    assert book.close("s", 97.0, 71) == []


def test_orders_without_stop_or_target_stay_until_closed_by_hand() -> None:
    book = Book(GOLD)
    book.place(replace(BUY, stop=None, target=None), 0)
    book.on_bar(bar(0, 100.0, 1000.0, 1.0))
    (closed,) = book.close("b", 104.0, 1)
    assert isinstance(closed, Closed)
    assert (closed.r, closed.pips) == (0.0, pytest.approx(40.0))


def test_events_come_in_order() -> None:
    book = Book(GOLD)
    book.place(BUY, 0)
    book.on_bar(bar(0, 100.0, 100.0, 99.0))
    for name, expires in (("late", 60), ("next", 600), ("last", 600)):
        book.place(replace(BUY, id=name, expires=expires), 0)
    events = book.on_bar(bar(60, 99.0, 99.0, 97.0))
    names: list[tuple[type[Event], str]] = [(type(event), event.order_id) for event in events]
    assert names == [
        (Expired, "late"),
        (Filled, "next"),
        (Filled, "last"),
        (Closed, "b"),
        (Closed, "next"),
        (Closed, "last"),
    ]


@pytest.mark.parametrize("order", [replace(BUY, symbol="EURUSD"), replace(BUY, volume=0.0)])
def test_an_order_that_does_not_fit_is_refused(order: Order) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Book(GOLD).place(order, 0)


def test_an_id_works_once_at_a_time() -> None:
    book = Book(GOLD)
    book.place(BUY, 0)
    with pytest.raises(ValueError, match="already"):
        book.place(BUY, 0)
    book.on_bar(bar(0, 100.0, 100.0, 99.0))
    with pytest.raises(ValueError, match="already"):
        book.place(BUY, 0)
