"""The same through the package's adapter, on a stand-in for the package whose broker is two hours ahead."""

import uuid
from datetime import datetime, timedelta

import pytest
from caerus_client.models import CancelCommand, CloseCommand
from caerus_client.times import rfc3339

from tests.workers.mt5.errands import SYMBOL, Errands
from tests.workers.mt5.markets import walk
from tests.workers.mt5.metatrader5 import FakeMetaTrader5
from tests.workers.mt5.test_carrier import NAMES, buy
from workers.mt5.checkin import symbol_of
from workers.mt5.package import PackageDriver

AHEAD = timedelta(hours=2)


@pytest.fixture
def errands(tmp_path):
    made = Errands(tmp_path).calm()
    made.package = FakeMetaTrader5(made.market.broker, made.market.clock, zone=AHEAD)
    made.gateway._driver = PackageDriver(made.package, clock=made.market.clock)
    yield made
    made.gateway.close()


async def move(errands):
    """A minute passes in the market, and somebody looks at the quote."""
    opened = int(errands.market.clock.now().timestamp())
    errands.market.step(next(walk(1, 1))._replace(time=opened))
    await errands.session.ensure_connected()
    await errands.gateway.quote(SYMBOL)


async def test_an_order_that_is_to_expire_waits_until_the_broker_s_clock_is_known(errands):
    """At a weekend: it would expire hours too early or too late. What needs no time is done."""
    market = errands.market
    ends = market.clock.now() + timedelta(hours=3)
    entry = str(market.broker.listings[SYMBOL].quote.ask - 3)
    order = buy(errands, order_type="limit", entry=entry, expires_at=rfc3339(ends))
    for _ in range(5):
        assert await errands.carrier.execute(order) is None
    assert (errands.package.requests, errands.journal.find(order.command_id)) == ([], None)
    ack = await errands.carrier.execute(buy(errands))
    assert ack.status == "placed"
    [held] = market.broker.positions()
    issued = rfc3339(market.clock.now())
    close = CloseCommand(command_id=str(uuid.uuid4()), ticket=str(held.ticket), issued_at=issued)
    assert (await errands.carrier.execute(close)).status == "closed"
    assert not (await errands.gateway.terminal()).knows_zone
    for _ in range(2):
        assert await errands.carrier.execute(order) is None
        opened = int(market.clock.now().timestamp())
        market.step(next(walk(1, 1))._replace(time=opened))
    assert (await errands.carrier.execute(order)).status == "placed"
    assert errands.package.requests[-1]["expiration"] == int((ends + AHEAD).timestamp())


async def test_an_order_is_placed_in_the_broker_s_time_and_known_again(errands):
    for _ in range(3):
        await move(errands)
    ends = errands.market.clock.now() + timedelta(hours=3)
    quote = errands.market.broker.listings[SYMBOL].quote
    order = buy(errands, order_type="limit", entry=str(quote.ask - 3), expires_at=rfc3339(ends))
    ack = await errands.carrier.execute(order)
    [request] = errands.package.requests
    assert (ack.status, ack.broker_ticket) == ("placed", str(errands.market.broker.orders()[0].ticket))
    assert datetime.fromtimestamp(request["expiration"], ends.tzinfo) == ends + AHEAD
    assert len(request["comment"]) == 22 and 0 < request["magic"] < 2**63
    errands.book.begin(order.command_id, b"{}")
    assert (await errands.post.find(order.command_id)).state == "pending"
    cancel = CancelCommand(command_id=str(uuid.uuid4()), **NAMES, opens=order.command_id)
    errands.book._db.execute("update commands set state = 'placed'")
    ack = await errands.carrier.execute(cancel)
    assert (ack.status, ack.close_reason) == ("closed", "cancelled")


async def test_what_is_reported_for_preflight_is_what_the_package_says(errands):
    await errands.session.ensure_connected()
    found = symbol_of(await errands.post.terminal.symbol(SYMBOL))
    assert (found.tick_size, found.tick_value, found.contract_size) == ("0.01", "1", "100")
    assert (found.filling, found.trade_mode, found.stops_level) == (("fok", "ioc"), "full", 10)
    account = await errands.post.account()
    assert (account.kind, account.mode) == ("demo", "hedging")
