"""Paper fills and money by hand, and what must hold whatever the market does."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args
from uuid import uuid4

import pytest

from hub.market.candles.models import Candle, Timeframe
from hub.trading.commands.models import Bounds
from hub.trading.paper import rules
from hub.trading.paper.models import Portfolio, Terms
from hub.trading.signals.models import OrderType, Side, Signal
from strategies.orders import Order
from strategies.symbols import SYMBOLS

GOLD = SYMBOLS["XAUUSD"]
START = datetime(2026, 11, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOUCH, MID = Terms("touch", 20, 0), Terms("mid", 20, 0)
SLIPPED, SLIPPED_MID = Terms("touch", 20, 5), Terms("mid", 20, 5)


def candle(hour: int, *prices: str) -> Candle:
    opened, high, low, close = map(Decimal, prices)
    return Candle(START + hour * HOUR, opened, high, low, close, Decimal(1))


def order(
    side: Side, kind: OrderType, entry: float, stop: float, target: float, volume: float = 0.1
) -> Order:
    return Order(str(uuid4()), "XAUUSD", side, kind, entry, stop, target, volume)


def run(terms: Terms, placed: Order, *bars: tuple[str, str, str, str]) -> list[tuple[Any, ...]]:
    """What becomes of one order: state, price, reason, profit."""
    book = rules.book("XAUUSD", terms)
    book.place(placed, int(START.timestamp()))
    candles = [candle(hour, *prices) for hour, prices in enumerate(bars)]
    changes = rules.moved(book, [rules.bar(each, GOLD, terms) for each in candles])
    return [(c.state, c.price, c.reason, c.profit) for c in changes]


QUIET = ("2000", "2001", "1999", "2000")
RISE = ("2000", "2012", "1999", "2011")
FALL = ("2000", "2001", "1988", "1989")
BOTH = ("2000", "2012", "1988", "2000")
D = Decimal

# 20 points of spread are 0.20; 0.1 lots of gold make 10.00 USD a dollar: 1,000 cents.
BY_HAND: list[tuple[str, Terms, Order, tuple[tuple[str, str, str, str], ...], list[tuple[Any, ...]]]] = [
    (
        "a buy at market pays the ask; its target is met at the bid: 2010 - 2000.20 = 9.80",
        TOUCH, order("buy", "market", 2000, 1990, 2010), (QUIET, RISE),
        [("open", D("2000.2"), None, 0), ("closed", D("2010.0"), "take_profit", 9_800)],
    ),
    (
        "at mid it pays 2000.10, and its target at 2010 is the mid's: 9.90",
        MID, order("buy", "market", 2000, 1990, 2010), (QUIET, RISE),
        [("open", D("2000.1"), None, 0), ("closed", D("2010.0"), "take_profit", 9_900)],
    ),
    (
        "slippage is on top of an entry at market, never of a target: 2010 - 2000.25 = 9.75",
        SLIPPED, order("buy", "market", 2000, 1990, 2010), (QUIET, RISE),
        [("open", D("2000.25"), None, 0), ("closed", D("2010.0"), "take_profit", 9_750)],
    ),
    (
        "a stop slips too: 2000.25 to 1989.95 = -10.30",
        SLIPPED, order("buy", "market", 2000, 1990, 2010), (QUIET, FALL),
        [("open", D("2000.25"), None, 0), ("closed", D("1989.95"), "stop_loss", -10_300)],
    ),
    (
        "a sell at market gets the bid and is stopped at the ask: 2000 to 2010 = -10.00",
        TOUCH, order("sell", "market", 2000, 2010, 1990), (QUIET, RISE),
        [("open", D("2000.0"), None, 0), ("closed", D("2010.0"), "stop_loss", -10_000)],
    ),
    (
        "a sell at mid with slippage: 2000.10 - 0.05 to 2010 + 0.05 = -10.00",
        SLIPPED_MID, order("sell", "market", 2000, 2010, 1990), (QUIET, RISE),
        [("open", D("2000.05"), None, 0), ("closed", D("2010.05"), "stop_loss", -10_000)],
    ),
    (
        "a sell's target is met by the ask: 1988 + 0.20 is below 1990",
        TOUCH, order("sell", "market", 2000, 2010, 1990), (QUIET, FALL),
        [("open", D("2000.0"), None, 0), ("closed", D("1990.0"), "take_profit", 10_000)],
    ),
    (
        "stop and target in one bar: the stop was first",
        TOUCH, order("buy", "market", 2000, 1990, 2010), (BOTH,),
        [("open", D("2000.2"), None, 0), ("closed", D("1990.0"), "stop_loss", -10_200)],
    ),
    (
        "and so for a sell",
        TOUCH, order("sell", "market", 2000, 2010, 1990), (BOTH,),
        [("open", D("2000.0"), None, 0), ("closed", D("2010.0"), "stop_loss", -10_000)],
    ),
    (
        "a buy limit at 1999.10 is not touched by an ask of 1999.20",
        TOUCH, order("buy", "limit", 1999.1, 1990, 2010), (QUIET,), [],
    ),
    (
        "but at mid, 1999.10, it is, at its own price: no slippage on a limit",
        SLIPPED_MID, order("buy", "limit", 1999.1, 1990, 2010), (QUIET,),
        [("open", D("1999.1"), None, 0)],
    ),
    (
        "a buy stop meets the ask: 2001 + 0.20 reaches 2001.15, and slips to 2001.20",
        SLIPPED, order("buy", "stop", 2001.15, 1990, 2010), (QUIET,),
        [("open", D("2001.2"), None, 0)],
    ),
    (
        "a bar that opens beyond the stop ends a position at its open",
        TOUCH, order("buy", "market", 2000, 1990, 2010), (QUIET, ("1980", "1985", "1975", "1980")),
        [("open", D("2000.2"), None, 0), ("closed", D("1980.0"), "stop_loss", -20_200)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "placed", "bars", "changes"), [each[1:] for each in BY_HAND], ids=[e[0] for e in BY_HAND]
)
def test_fills_by_hand(terms: Terms, placed: Order, bars: Any, changes: list[tuple[Any, ...]]) -> None:
    assert run(terms, placed, *bars) == changes


@pytest.mark.parametrize(
    ("terms", "side", "bid", "made"),
    [
        # Bought at 2000.20, sold at the bid.
        (TOUCH, "buy", "2003", 2_800),
        # Sold at 2000.00, bought back at the ask.
        (TOUCH, "sell", "2003", -3_200),
        (TOUCH, "sell", "1997", 2_800),
        # In and out at the middle.
        (MID, "buy", "2003.1", 3_000),
        (MID, "sell", "2003.1", -3_000),
    ],
)
def test_what_an_open_position_would_bring(terms: Terms, side: Side, bid: str, made: int) -> None:
    stop, target = (1900, 2100) if side == "buy" else (2100, 1900)
    book = rules.book("XAUUSD", terms)
    book.place(order(side, "market", 2000, stop, target), int(START.timestamp()))
    rules.moved(book, [rules.bar(candle(0, *QUIET), GOLD, terms)])
    assert rules.floating(book, D(bid)) == made
    [ended] = rules.ended(book, D(bid), START)
    assert (ended.reason, ended.profit) == ("manual", made)


def test_an_order_works_from_the_first_bar_that_opens_after_it() -> None:
    book = rules.book("XAUUSD", TOUCH)
    book.place(order("buy", "market", 2000, 1990, 2010), rules.placed(START + timedelta(milliseconds=1)))
    assert rules.moved(book, [rules.bar(candle(0, *QUIET), GOLD, TOUCH)]) == []
    assert [c.state for c in rules.moved(book, [rules.bar(candle(1, *QUIET), GOLD, TOUCH)])] == ["open"]


@pytest.mark.parametrize(
    ("symbol", "side", "lots", "opened", "closed", "made"),
    [
        ("XAUUSD", "buy", "0.01", "2000", "2001", 100),
        ("XAUUSD", "sell", "0.01", "2000", "2001", -100),
        ("EURUSD", "buy", "1", "1.10000", "1.10010", 1_000),
        ("US500", "sell", "1", "5000", "4999", 100),
        # Half a cent goes to the even one.
        ("XAUUSD", "buy", "0.01", "2000", "2000.005", 0),
        ("XAUUSD", "buy", "0.01", "2000", "2000.015", 2),
    ],
)
def test_money_of_a_price(symbol: str, side: Side, lots: str, opened: str, closed: str, made: int) -> None:
    assert rules.profit(side, D(lots), D(opened), D(closed), SYMBOLS[symbol]) == made


@pytest.mark.parametrize(
    ("most", "balance", "stop", "why"),
    [
        (None, 1, "1990", None),
        (20, 1, "1990", None),
        (19, 1, "1990", "max_spread_points"),
        (None, 0, "1990", "no_money"),
        (None, -1, "1990", "no_money"),
        # The engine reckons in floats, and cannot tell these apart.
        (None, 1, "1999.9999999999999999", "no_risk"),
    ],
)
def test_what_a_portfolio_does_not_take(most: int | None, balance: int, stop: str, why: str | None) -> None:
    portfolio = Portfolio(uuid4(), uuid4(), True, "USD", 1_000_000, balance, "touch", 20, 0, START, None)
    assert rules.refused(portfolio, signal(stop), Bounds(None, None, most)) == why


def signal(stop: str) -> Signal:
    prices = {"entry": D(2000), "stop": D(stop), "target": D(2010)}
    names: dict[str, Any] = {name: "x" for name in ("producer_id", "version", "strategy", "setup_id")}
    times = {name: START for name in ("time", "expires_at", "created_at")}
    order: dict[str, Any] = {"instrument": "XAUUSD", "side": "buy", "order_type": "limit", "status": "open"}
    return Signal(
        id=uuid4(), features={}, closed_at=None, close_reason=None, **order, **names, **times, **prices
    )


@pytest.mark.parametrize(
    ("balance", "stop", "lots"),
    [
        # 1 % of 10,000.00 is 100 USD; 10 USD of risk an ounce, 1,000 a lot.
        (1_000_000, "1990", 0.1),
        (1_000_000, "1999", 1.0),
        # The least volume, though it risks more; the greatest, though it risks less.
        (10_000, "1900", 0.01),
        (10**12, "1999", 100.0),
    ],
)
def test_a_trade_loses_its_share_of_the_balance_at_the_stop(balance: int, stop: str, lots: float) -> None:
    assert rules.volume(balance, signal(stop), 0.01) == lots


def test_a_rate_needs_a_sample() -> None:
    few, enough = rules.figures(29, 20, 5), rules.figures(30, 20, 5)
    assert (few.sample_size, few.win_percent) == (29, None) and "too few" in few.says
    assert (enough.sample_size, enough.win_percent) == (30, 66.7)


def test_every_timeframe_has_its_length() -> None:
    assert set(rules.SECONDS) == set(get_args(Timeframe))
