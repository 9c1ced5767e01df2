"""The MetaTrader5 package as a driver, over a fake that has its functions and tuples."""

import sys
from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.workers.mt5.markets import LOGIN, Market, walk
from tests.workers.mt5.metatrader5 import FakeMetaTrader5
from workers.mt5.errors import MT5AuthError, MT5Disconnected, MT5Error, MT5InitError, NotSent, UnknownSymbol
from workers.mt5.models import Credentials, OrderRequest
from workers.mt5.package import PackageDriver
from workers.mt5.retcodes import Retcode
from workers.mt5.simulated.listing import ticks_of

SYMBOL = "GOLD.r"


@pytest.fixture
def place():
    market = Market(mode="hedging")
    for bar in walk(3, 5):
        market.step(bar)
    fake = FakeMetaTrader5(market.broker, market.clock)
    market.gateway.close()
    return market, fake, PackageDriver(fake, clock=market.clock)


@pytest.fixture
def new(place):
    """Logged in a moment ago: nothing has moved yet."""
    place[2].connect(LOGIN)
    return place[2]


@pytest.fixture
def driver(place, new):
    """One that knows its broker's clock."""
    for _ in range(3):
        move(place[0])
        new.quote(SYMBOL)
    assert new.terminal().knows_zone
    return new


def move(market):
    """A minute passes in the market."""
    opened = int(market.clock.now().timestamp())
    market.step(next(walk(opened, 1))._replace(time=opened))


def buy(**more):
    return OrderRequest(
        "market", SYMBOL, "buy", volume=Decimal("0.10"), magic=2**62 + 1, comment="c-x.1", **more
    )


def test_it_reads_what_the_broker_holds(place, driver):
    market = place[0]
    assert driver.offset == timedelta(hours=2)
    quote = driver.quote(SYMBOL)
    assert quote == market.broker.listings[SYMBOL].quote
    result = driver.send(buy(stop=quote.bid - 5, target=quote.bid + 5))
    assert (result.retcode, result.volume, result.price) == (Retcode.DONE, Decimal("0.1"), quote.ask)
    assert driver.positions() == market.broker.positions()
    assert driver.account() == market.broker.account()
    assert driver.symbol(SYMBOL) == market.broker.listings[SYMBOL].info
    since = market.clock.now() - timedelta(hours=26)
    assert driver.deals(since) == market.broker.books.deals
    assert driver.past_orders(since) == market.broker.past
    assert driver.terminal().connected and driver.terminal().algo_allowed


def test_a_close_is_the_opposite_deal_of_the_whole_position(place, driver):
    fake = place[1]
    ticket = driver.send(buy()).order
    result = driver.send(OrderRequest("close", SYMBOL, position=ticket, comment="c-y.1", magic=7))
    assert result.retcode == Retcode.DONE
    assert fake.requests[-1]["type"] == 1 and fake.requests[-1]["volume"] == 0.1
    assert driver.positions() == []
    again = driver.send(OrderRequest("close", SYMBOL, position=ticket))
    assert again.retcode == Retcode.POSITION_CLOSED and len(fake.requests) == 2


def test_pending_orders_are_placed_changed_and_cancelled(place, driver):
    market = place[0]
    entry = driver.quote(SYMBOL).bid - 10
    order = driver.send(
        OrderRequest("pending", SYMBOL, "buy", "limit", Decimal("0.05"), entry, entry - 5, entry + 5)
    ).order
    assert driver.orders() == market.broker.orders()
    moved = OrderRequest("modify_order", SYMBOL, "buy", "limit", price=entry - 1, stop=entry - 7, order=order)
    assert driver.send(moved).retcode == Retcode.DONE
    assert [(each.price, each.stop, each.target) for each in driver.orders()] == [
        (entry - 1, entry - 7, None)
    ]
    assert driver.send(OrderRequest("cancel", SYMBOL, order=order)).retcode == Retcode.DONE
    assert driver.orders() == []


def test_stops_of_a_position_change(driver):
    bid = driver.quote(SYMBOL).bid
    ticket = driver.send(buy()).order
    asked = OrderRequest("modify_position", SYMBOL, position=ticket, stop=bid - 3)
    assert driver.send(asked).retcode == Retcode.DONE
    assert [(each.stop, each.target) for each in driver.positions()] == [(bid - 3, None)]


def test_candles_are_in_utc(place, driver):
    market = place[0]
    candles = driver.candles(SYMBOL, 60, 3)
    bars = market.broker.listings[SYMBOL].bars[-3:]
    assert [int(each.at.timestamp()) for each in candles] == [bar.time for bar in bars]
    assert [float(each.close) for each in candles] == [bar.close for bar in bars]
    with pytest.raises(ValueError, match="M2"):
        driver.candles(SYMBOL, 120, 3)


def test_ticks_are_in_utc_and_of_the_window_alone(place, driver):
    market = place[0]
    listing = market.broker.listings[SYMBOL]
    ticks = [tick for bar in listing.bars for tick in ticks_of(bar, listing, timedelta(0))]
    start, end = ticks[5].at, ticks[9].at
    assert driver.ticks(SYMBOL, start, end) == ticks[5:9]
    inside = timedelta(milliseconds=1)
    assert driver.ticks(SYMBOL, start + inside, end + inside) == ticks[6:10]
    assert driver.ticks(SYMBOL, start - timedelta(days=9), start - timedelta(days=8)) == []
    with pytest.raises(UnknownSymbol):
        driver.ticks("SILVER.r", start, end)


def test_nothing_that_is_kept_by_its_time_is_given_before_the_broker_s_clock_is_known(place, new):
    """A terminal that logs in on a Saturday. What has a wrong time would be kept with it, or expire at another."""
    market, fake, driver = place
    start = market.clock.now() - timedelta(minutes=2)
    market.clock.sleep(3 * 3600)
    entry, ends = driver.quote(SYMBOL).bid - 10, market.clock.now() + timedelta(hours=1)
    waiting = OrderRequest("pending", SYMBOL, "buy", "limit", Decimal("0.05"), entry, comment="c-x.1")
    for _ in range(3):
        market.clock.sleep(10)
        with pytest.raises(MT5Error, match="clock is not known"):
            driver.ticks(SYMBOL, start, market.clock.now())
        with pytest.raises(MT5Error, match="clock is not known"):
            driver.candles(SYMBOL, 60, 3)
        with pytest.raises(NotSent, match="clock is not known"):
            driver.send(replace(waiting, expires_at=ends))
        assert not driver.terminal().knows_zone
    assert fake.requests == []
    # what needs no time is done all the same, and records prove by marks
    assert driver.send(waiting).retcode == Retcode.PLACED
    assert len(driver.orders()) == 1 and driver.positions() == []
    assert driver.deals(market.clock.now() - timedelta(hours=26))
    for _ in range(3):
        move(market)
        driver.quote(SYMBOL)
    assert (driver.offset, driver.terminal().knows_zone) == (timedelta(hours=2), True)
    assert driver.send(replace(waiting, expires_at=ends)).retcode == Retcode.PLACED
    assert fake.requests[-1]["expiration"] == int((ends + timedelta(hours=2)).timestamp())
    assert len(driver.ticks(SYMBOL, start, market.clock.now())) > 4


@pytest.mark.parametrize("seconds", [900, 1800, 2700, 3600, 3 * 3600, 3 * 3600 + 400, 26 * 3600])
@pytest.mark.parametrize("known", [True, False])
def test_an_old_quote_says_nothing_of_the_zone(place, new, seconds, known):
    """A daily break, a weekend: it is as far from ours as a fresh one of another zone would be."""
    market, _, driver = place
    if known:
        for _ in range(3):
            driver.quote(SYMBOL)
            move(market)
    before = driver.offset, driver.terminal().knows_zone
    assert before == ((timedelta(hours=2), True) if known else (timedelta(0), False))
    for passed in (seconds, 10, 10, 10):
        market.clock.sleep(passed)
        driver.quote(SYMBOL)
    assert (driver.offset, driver.terminal().knows_zone) == before


@pytest.mark.parametrize("hours", [-12, -5, 0, 2, 3, 5.5, 14])
def test_a_zone_is_learned_from_quotes_that_move(place, new, hours):
    market, fake, driver = place
    fake.zone = timedelta(hours=hours)
    driver.quote(SYMBOL)
    for _ in range(2):
        assert not driver.terminal().knows_zone
        move(market)
        driver.quote(SYMBOL)
    assert (driver.offset, driver.terminal().knows_zone) == (timedelta(hours=hours), True)


def test_a_broker_that_changes_its_clocks_is_followed(place, driver):
    market, fake, _ = place
    fake.zone = timedelta(hours=3)
    for _ in range(3):
        move(market)
        driver.quote(SYMBOL)
    assert driver.offset == timedelta(hours=3)


def test_a_hidden_symbol_is_shown_and_an_unknown_one_told(place, driver):
    fake = place[1]
    fake.hidden.add(SYMBOL)
    driver.quote(SYMBOL)
    assert not fake.hidden
    with pytest.raises(UnknownSymbol):
        driver.quote("SILVER.r")


@pytest.mark.parametrize(
    ("away", "password", "error"),
    [(True, "secret", MT5InitError), (False, "wrong", MT5AuthError)],
)
def test_a_failed_login_says_which_kind(place, away, password, error):
    _, fake, driver = place
    fake.away = away
    with pytest.raises(error) as raised:
        driver.connect(Credentials(1, password, "Simulated", r"C:\mt5\terminal64.exe"))
    assert password not in str(raised.value) and password not in repr(raised.value)
    assert fake.paths == [r"C:\mt5\terminal64.exe"]


def test_a_lost_connection_is_told(place, driver):
    place[1].up = False
    for call in (driver.positions, driver.account, driver.terminal):
        with pytest.raises(MT5Disconnected):
            call()
    with pytest.raises(MT5Disconnected):
        PackageDriver(place[1]).positions()


def test_no_answer_is_no_answer_and_a_bad_request_is_refused(place, driver):
    place[1].silent = True
    with pytest.raises(MT5Disconnected):
        driver.send(buy())
    assert len(driver.positions()) == 1
    long = OrderRequest("market", SYMBOL, volume=Decimal("0.1"), comment="c" * 32)
    assert driver.send(long).retcode == Retcode.INVALID


def test_an_order_that_was_prepared_in_vain_was_not_sent(place, driver):
    """Else a close would wait until its absence is proven, which takes minutes."""
    ticket = driver.send(buy()).order
    place[1].up = False
    for request in (
        buy(),
        OrderRequest("close", SYMBOL, position=ticket),
        OrderRequest("cancel", SYMBOL, order=1),
    ):
        with pytest.raises(NotSent):
            driver.send(request)
    assert len(place[1].requests) == 1


@pytest.mark.parametrize("equity", [float("nan"), float("inf")])
def test_an_account_without_a_number_is_no_account(place, driver, equity):
    place[1].equity = equity
    with pytest.raises(MT5Error):
        driver.account()


@pytest.mark.skipif("MetaTrader5" in sys.modules, reason="the package is installed here")
def test_without_the_package_it_says_what_to_install():
    with pytest.raises(MT5InitError, match=r"caerus\[mt5\]"):
        PackageDriver().connect(LOGIN)
