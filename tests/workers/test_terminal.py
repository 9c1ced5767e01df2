"""The simulated terminal: quotes, refusals, fills, money, and what it remembers."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from strategies.candles import Bar
from strategies.orders import Order
from strategies.symbols import symbol
from workers.simulator import BrokerRefusal, Terminal

GOLD = symbol("XAUUSD")
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
HOUR = 3600


def bar(hour, price=2000.0, low=None, high=None):
    return Bar(hour * HOUR, price, high or price + 1, low or price - 1, price)


def order(**changed):
    given = {
        "side": "buy",
        "order_type": "limit",
        "entry": 1990.0,
        "stop": 1980.0,
        "target": 2022.5,
        "volume": 0.1,
    }
    return Order(id="x", symbol=changed.pop("symbol", "XAUUSD"), **{**given, **changed})


@pytest.fixture
def terminal():
    made = Terminal(GOLD, balance=10_000.0, spread_points=20.0, now=lambda: NOW)
    made.on_bar(bar(10))
    yield made
    made.close()


def test_quote_and_clock(terminal):
    assert terminal.quote == (2000.0, pytest.approx(2000.2))
    assert terminal.clock == 11 * HOUR


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"entry": 2000.2}, "invalid price"),
        ({"order_type": "stop", "entry": 1999.0}, "invalid price"),
        ({"side": "sell", "entry": 2000.0, "stop": 2010.0, "target": 1990.0}, "invalid price"),
        ({"stop": 1990.0}, "invalid stops"),
        ({"stop": 1995.0}, "invalid stops"),
        ({"target": 1985.0}, "invalid stops"),
        ({"volume": 0.0}, "invalid volume"),
        ({"volume": 0.105}, "invalid volume"),
        ({"volume": 1000.0}, "invalid volume"),
        ({"symbol": "EURUSD"}, "unknown symbol EURUSD"),
    ],
)
def test_what_a_broker_does_not_take(terminal, change, why):
    with pytest.raises(BrokerRefusal, match=why):
        terminal.place(order(**change), "c")
    assert terminal.trades() == []


def test_without_a_quote_nothing_is_taken():
    with closing(Terminal(GOLD)) as terminal, pytest.raises(BrokerRefusal, match="no quotes"):
        terminal.place(order(), "c")


def test_a_trade_from_order_to_profit(terminal):
    ticket = terminal.place(order(), "mine")
    assert [trade.state for trade in terminal.find("mine")] == ["pending"]
    terminal.on_bar(bar(11, 1995.0, low=1989.0))
    (trade,) = terminal.find("mine")
    assert (trade.ticket, trade.state, trade.fill_price, trade.fill_volume) == (ticket, "open", 1990.0, 0.1)
    assert terminal.equity == pytest.approx(10_000.0 + 50.0)
    terminal.on_bar(bar(12, 2020.0, high=2023.0))
    (trade,) = terminal.find("mine")
    assert (trade.state, trade.close_price, trade.close_reason) == ("closed", 2022.5, "take_profit")
    assert terminal.balance == terminal.equity == pytest.approx(10_000.0 + 325.0) == 10_000.0 + trade.profit


def test_cancelled_expired_and_closed_by_hand(terminal):
    one, two, three = (terminal.place(order(expires=12 * HOUR), name) for name in ("one", "two", "three"))
    assert terminal.cancel(one)
    assert not terminal.cancel(one)
    terminal.on_bar(bar(11))
    terminal.on_bar(bar(12, low=1980.5))
    assert [trade.state for trade in terminal.trades()] == ["cancelled", "expired", "expired"]
    four = terminal.place(order(), "four")
    terminal.on_bar(bar(13, 1990.5, low=1989.0))
    assert not terminal.close_position(two)
    assert not terminal.close_position(three)
    assert terminal.close_position(four)
    (trade,) = terminal.find("four")
    assert (trade.state, trade.close_reason, trade.close_price) == ("closed", "manual", 1990.5)


def test_two_orders_may_carry_one_comment(terminal):
    terminal.place(order(), "twin")
    terminal.place(order(), "twin")
    assert len(terminal.find("twin")) == 2


def test_bars_already_seen_change_nothing(terminal):
    terminal.place(order(), "mine")
    terminal.on_bar(bar(9, 1989.0))
    terminal.on_bar(bar(10, 1989.0))
    assert terminal.find("mine")[0].state == "pending"
    assert terminal.quote.bid == 2000.0


def test_it_goes_on_where_it_stood(tmp_path):
    path = tmp_path / "terminal.db"
    first = Terminal(GOLD, path=path, now=lambda: NOW)
    first.on_bar(bar(10))
    first.place(order(), "mine")
    first.on_bar(bar(11, 1995.0, low=1989.0))
    first.place(order(entry=1970.0, stop=1960.0), "later")
    first.close()
    second = Terminal(GOLD, balance=5.0, path=path, now=lambda: NOW + timedelta(days=1))
    assert (second.clock, second.quote.bid, second.balance) == (12 * HOUR, 1995.0, 10_000.0)
    second.on_bar(bar(12, 1975.0, low=1969.0))
    assert [trade.state for trade in second.trades()] == ["closed", "open"]
    assert second.balance == pytest.approx(9_850.0), "the bar opened beyond the stop"
    assert second.knows_all_since(NOW)
    assert not second.knows_all_since(NOW - timedelta(seconds=1))
    second.close()


def test_a_file_of_before_is_read_on(tmp_path):
    """It did not say which way its orders were, nor when they were filled."""
    path = tmp_path / "terminal.db"
    with closing(Terminal(GOLD, path=path, now=lambda: NOW)) as before:
        before.on_bar(bar(10))
        before.place(order(order_type="market", entry=2000.0), "old")
    with closing(sqlite3.connect(path)) as file:
        file.execute("alter table trades drop column side")
        file.execute("alter table trades drop column filled_at")
        file.execute("alter table trades drop column by_expert")
        file.commit()
    with closing(Terminal(GOLD, path=path, now=lambda: NOW)) as after:
        after.place(order(), "new")
        assert [(trade.comment, trade.side) for trade in after.trades()] == [("old", None), ("new", "buy")]
        assert after.filled() == []
        after.on_bar(bar(11, low=1985.0))
        assert [trade.comment for trade in after.filled()] == ["old", "new"]
