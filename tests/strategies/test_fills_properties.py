"""What must hold of the fill engine on any bars and any orders."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.candles import Bar
from strategies.fills import Book, Closed, Event, Filled
from strategies.orders import Order
from strategies.symbols import symbol

GOLD = symbol("XAUUSD")
tick = st.integers(9_000, 11_000).map(lambda points: round(points * 0.01, 2))


@st.composite
def bar(draw: st.DrawFn) -> tuple[float, float, float, float]:
    a, b, c, d = sorted(draw(st.lists(tick, min_size=4, max_size=4)))
    opened, closed = draw(st.permutations([b, c]))
    return opened, d, a, closed


@st.composite
def order(draw: st.DrawFn) -> tuple[str, str, float, float, float, int | None]:
    entry = draw(tick)
    side = draw(st.sampled_from(["buy", "sell"]))
    sign = 1 if side == "buy" else -1
    stop = round(entry - sign * draw(st.integers(1, 300)) * 0.01, 2)
    target = round(entry + sign * draw(st.integers(1, 600)) * 0.01, 2)
    kind = draw(st.sampled_from(["limit", "stop", "market"]))
    return side, kind, entry, stop, target, draw(st.none() | st.integers(1, 20).map(lambda n: n * 60))


scenario = st.lists(st.tuples(bar(), st.none() | order()), min_size=1, max_size=25)


def replay(book: Book, rows: list, start: int = 0) -> list[Event]:  # type: ignore[type-arg]
    events: list[Event] = []
    for i, (prices, placed) in enumerate(rows, start):
        events += book.on_bar(Bar(i * 60, *prices))
        if placed is not None:
            side, kind, entry, stop, target, life = placed
            expires = None if life is None else (i + 1) * 60 + life
            book.place(Order(str(i), "XAUUSD", side, kind, entry, stop, target, 0.1, expires), (i + 1) * 60)
    return events


@given(scenario, st.integers(0, 30), st.integers(0, 10))
@settings(max_examples=200, deadline=None)
def test_every_order_has_one_fate(rows: list, spread: int, slippage: int) -> None:  # type: ignore[type-arg]
    book = Book(GOLD, spread, slippage)
    events = replay(book, rows)
    placed = {str(i) for i, (_, order) in enumerate(rows) if order is not None}
    filled = [event.order_id for event in events if isinstance(event, Filled)]
    closed = [event.order_id for event in events if isinstance(event, Closed)]
    gone = [event.order_id for event in events if not isinstance(event, (Filled, Closed))]
    assert sorted([*filled, *gone, *book.pending]) == sorted(placed)
    assert sorted([*closed, *book.positions]) == sorted(filled)


@given(scenario, st.integers(0, 30), st.integers(0, 10))
@settings(max_examples=200, deadline=None)
def test_prices_lie_within_the_bar_and_its_costs(rows: list, spread: int, slippage: int) -> None:  # type: ignore[type-arg]
    events = replay(Book(GOLD, spread, slippage), rows)
    cost = (spread + slippage) * GOLD.point + 1e-9
    for event in events:
        if isinstance(event, (Filled, Closed)):
            _, high, low, _ = rows[event.at // 60][0]
            assert low - cost <= event.price <= high + cost


@given(scenario, st.integers(1, 30), st.integers(1, 10))
@settings(max_examples=100, deadline=None)
def test_a_stop_loss_never_ends_better_than_its_stop(rows: list, spread: int, slippage: int) -> None:  # type: ignore[type-arg]
    for event in replay(Book(GOLD, spread, slippage), rows):
        if isinstance(event, Closed):
            side, _, _, stop, target, _ = rows[int(event.order_id)][1]
            sign = 1 if side == "buy" else -1
            if event.reason == "stop_loss":
                assert sign * (event.price - stop) <= -slippage * GOLD.point + 1e-9
            else:
                assert sign * (event.price - target) >= -1e-9


@given(scenario, st.integers(0, 25), st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_restored_book_goes_on_the_same(rows: list, cut: int, gaps: bool) -> None:  # type: ignore[type-arg]
    book = Book(GOLD, 20, 5, gaps=gaps)
    replay(book, rows[:cut])
    twin = Book.restore(book.snapshot())
    assert replay(twin, rows[cut:], cut) == replay(book, rows[cut:], cut)
    assert twin.snapshot() == book.snapshot()


@given(scenario)
@settings(max_examples=100, deadline=None)
def test_costs_never_help(rows: list) -> None:  # type: ignore[type-arg]
    market = [(prices, order and (order[0], "market", *order[2:5], None)) for prices, order in rows]
    cheap, dear = (replay(Book(GOLD, spread, 0), market) for spread in (0, 25))
    paid = {event.order_id: event.price for event in dear if isinstance(event, Filled)}
    for event in cheap:
        if isinstance(event, Filled):
            side = rows[int(event.order_id)][1][0]
            assert paid[event.order_id] == pytest.approx(event.price + (0.25 if side == "buy" else 0.0))


def test_foreign_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="fills/1"):
        Book.restore(b'{"format": "fills/0"}')
