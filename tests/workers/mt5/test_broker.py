"""What a simulated broker takes, refuses and fills."""

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from strategies.candles import Bar
from strategies.fills import Book, Closed, Filled
from strategies.orders import Order
from strategies.symbols import Symbol
from tests.workers.mt5.markets import MINUTE, walk
from workers.mt5.models import Fillings, OrderRequest
from workers.mt5.retcodes import PROVES_NOTHING, TAKEN, Retcode, proves_refusal
from workers.mt5.simulated import GOLD, Broker
from workers.mt5.simulated.clock import START
from workers.mt5.simulated.listing import newest

D = Decimal
MARKET = OrderRequest("market", GOLD.name, "buy", volume=D("0.10"))
LIMIT = OrderRequest("pending", GOLD.name, "buy", "limit", D("0.10"), D("1990.00"))


def broker(info=GOLD, **account):
    made = Broker(info, at=START, **account)
    made.on_bar(info.name, Bar(int(START.timestamp()), 2000, 2000, 2000, 2000), MINUTE)
    return made


@pytest.mark.parametrize(
    ("asked", "changes", "code"),
    [
        (MARKET, {}, Retcode.DONE),
        (MARKET, {"volume": D("0.015")}, Retcode.INVALID_VOLUME),
        (MARKET, {"volume": D("0.001")}, Retcode.INVALID_VOLUME),
        (MARKET, {"volume": D(51)}, Retcode.INVALID_VOLUME),
        (MARKET, {"volume": None}, Retcode.INVALID_VOLUME),
        (MARKET, {"volume": D(50)}, Retcode.NO_MONEY),
        (MARKET, {"stop": D("2000.11")}, Retcode.INVALID_STOPS),
        (MARKET, {"stop": D("2000.10")}, Retcode.DONE),
        (MARKET, {"stop": D("1999.995")}, Retcode.INVALID_STOPS),
        (MARKET, {"target": D("2000.29")}, Retcode.INVALID_STOPS),
        (MARKET, {"target": D("2000.30")}, Retcode.DONE),
        (MARKET, {"symbol": "GOLD"}, Retcode.INVALID),
        (MARKET, {"side": "sell", "stop": D("1999.00")}, Retcode.INVALID_STOPS),
        (LIMIT, {}, Retcode.PLACED),
        (LIMIT, {"price": D("2000.11")}, Retcode.INVALID_PRICE),
        (LIMIT, {"price": D("2000.10")}, Retcode.PLACED),
        (LIMIT, {"price": D("1990.005")}, Retcode.INVALID_PRICE),
        (LIMIT, {"kind": "stop"}, Retcode.INVALID_PRICE),
        (LIMIT, {"kind": "stop", "price": D("2010.00")}, Retcode.PLACED),
        (LIMIT, {"expires_at": START}, Retcode.INVALID_EXPIRATION),
        (MARKET, {"action": "close", "position": 1}, Retcode.POSITION_CLOSED),
        (LIMIT, {"action": "cancel", "order": 1}, Retcode.INVALID_ORDER),
        (MARKET, {"action": "modify_position", "position": 1}, Retcode.POSITION_CLOSED),
    ],
)
def test_orders_are_taken_by_the_terms(asked, changes, code):
    assert broker().submit(replace(asked, **changes), START).retcode == code


@pytest.mark.parametrize(
    ("filling", "code", "filled", "working"),
    [
        ("fok", Retcode.REJECT, [], 0),
        ("ioc", Retcode.DONE_PARTIAL, [D("0.04")], 0),
        ("return", Retcode.DONE_PARTIAL, [D("0.04")], 1),
    ],
)
def test_a_part_is_filled_by_the_filling_mode(filling, code, filled, working):
    made = broker()
    result = made.submit(replace(MARKET, filling=filling), START, share=D("0.45"))
    assert (result.retcode, [each.volume for each in made.positions()], len(made.orders())) == (
        code,
        filled,
        working,
    )
    made.on_bar(GOLD.name, Bar(int(START.timestamp()) + MINUTE, 2001, 2001, 2001, 2001), MINUTE)
    assert [each.volume for each in made.positions()] == ([D("0.10")] if working else filled)


def test_a_filling_mode_that_is_not_allowed_is_refused():
    made = broker(replace(GOLD, fillings=Fillings.IOC))
    assert made.submit(replace(MARKET, filling="fok"), START).retcode == Retcode.INVALID_FILL


def test_a_price_that_ran_further_than_allowed_is_quoted_anew_and_a_nearer_one_slips():
    made = broker()
    far = made.submit(MARKET, START, moved=21)
    assert (far.retcode, far.bid, far.ask) == (Retcode.REQUOTE, D("2000.00"), D("2000.20"))
    near = made.submit(MARKET, START, moved=20)
    assert (near.retcode, near.price) == (Retcode.DONE, D("2000.40"))


def test_an_order_expires_and_a_symbol_that_is_unlisted_takes_none():
    made = broker()
    made.submit(replace(LIMIT, expires_at=START + timedelta(seconds=60)), START)
    made.on_bar(GOLD.name, Bar(int(START.timestamp()) + MINUTE, 1980, 1980, 1980, 1980), MINUTE)
    assert [each.state for each in made.past] == ["expired"] and made.positions() == []
    made.listings[GOLD.name].listed = False
    assert made.submit(MARKET, START).retcode == Retcode.INVALID


@pytest.mark.parametrize("seed", range(5))
def test_it_fills_as_the_fill_engine_does(seed):
    """The same limit and stop orders, stops and targets, bar by bar: the same prices and reasons."""
    made = Broker(GOLD, deposit=10**9, at=START)
    book = Book(Symbol("GOLD.r", 2, 0.01, 1.0), spread_points=20.0)
    tickets, ours, theirs = {}, [], []
    for count, bar in enumerate(walk(seed, 400)):
        for event in book.on_bar(bar):
            if isinstance(event, Filled | Closed):
                theirs.append((event.order_id, type(event).__name__, f"{event.price:.2f}"))
        known = len(made.books.deals)
        made.on_bar(GOLD.name, bar, MINUTE)
        for deal in made.books.deals[known:]:
            kind = "Filled" if deal.direction == "in" else "Closed"
            ours.append((str(tickets[deal.position]), kind, f"{deal.price:.2f}"))
        if count % 10 == 0:
            bid, sign = D(f"{bar.close:.2f}"), 1 if count % 20 else -1
            side, kind = ("buy", "sell")[sign < 0], ("limit", "stop")[count % 30 == 0]
            entry = bid - (sign if kind == "limit" else -sign) * D(2)
            asked = OrderRequest(
                "pending", GOLD.name, side, kind, D("0.10"), entry, entry - sign * 3, entry + sign * 3
            )
            result = made.submit(asked, START)
            assert result.retcode == Retcode.PLACED
            tickets[result.order] = count
            levels = (float(each) for each in (asked.price, asked.stop, asked.target))
            book.place(Order(str(count), "GOLD.r", side, kind, *levels, 0.1), bar.time + MINUTE)
    assert len(theirs) > 30
    assert sorted(ours) == sorted(theirs)


def test_a_return_code_proves_one_thing():
    assert not TAKEN & PROVES_NOTHING
    proven = {code for code in Retcode if proves_refusal(code)}
    assert proven | TAKEN | PROVES_NOTHING == set(Retcode) and not proven & (TAKEN | PROVES_NOTHING)
    assert not proves_refusal(0) and not proves_refusal(19999)


def test_bars_add_up_to_those_of_a_longer_timeframe():
    made = Broker(GOLD, at=START)
    bars = list(walk(1, 130))
    for bar in bars:
        made.on_bar(GOLD.name, bar, MINUTE)
    hours = newest(made.listings[GOLD.name], 3600, 2)
    assert [bar.time for bar in hours] == [bars[60].time, bars[120].time]
    assert hours[0].open == bars[60].open and hours[0].close == bars[119].close
    assert hours[0].high == max(bar.high for bar in bars[60:120])
    assert hours[0].low == min(bar.low for bar in bars[60:120])
    assert hours[0].volume == 6000 and hours[1].close == bars[-1].close
    assert newest(made.listings[GOLD.name], MINUTE, 3) == bars[-3:]
    with pytest.raises(ValueError, match="do not make"):
        newest(made.listings[GOLD.name], 90, 1)
