"""What a terminal shows becomes a look that the hub believes, and a quick one reads deals only when it must."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.ids import uuid7
from hub.trading.accounts.gateways import Ask
from hub.trading.accounts.looks import MOST_QUOTES, Look
from hub.trading.positions import rules
from tests.workers.mt5.markets import LOGIN, Market, walk
from tests.workers.mt5.metatrader5 import FakeMetaTrader5
from workers.mt5 import convert
from workers.mt5.errors import MT5Error, MT5Timeout
from workers.mt5.gateway import Gateway
from workers.mt5.looks import MOST, Reader, chosen, deal_in
from workers.mt5.models import Deal, OrderRequest
from workers.mt5.package import PackageDriver

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def ask(depth="quick", since=None):
    return Ask(uuid7(), depth, since, quotes=True)


@pytest.fixture
async def market():
    made = Market()
    for bar in walk(1, 3):
        made.step(bar)
    await made.gateway.connect(LOGIN)
    yield made
    made.gateway.close()


def trade(market, side="buy", **more):
    order = OrderRequest(
        "market", "GOLD.r", side, volume=market.broker.listings["GOLD.r"].info.volume_min, **more
    )
    return market.broker.submit(order, market.clock.now())


class Counted:
    """A terminal that says how often it was asked for what."""

    def __init__(self, terminal):
        self.terminal, self.asked = terminal, []

    def __getattr__(self, name):
        self.asked.append(name)
        return getattr(self.terminal, name)


async def read(reader, market, given, now=NOW):
    return await reader.read(given, await market.gateway.terminal(), now)


async def test_the_hub_believes_a_look_at_a_trading_account(market):
    trade(market, comment="mine")
    market.broker.roll(-500)
    for bar in walk(2, 5, start=2010.0):
        market.step(bar)
    look = await read(Reader(market.gateway), market, ask("all"))
    rules.check(look, 500, 0.0)
    [held] = look.positions
    assert (held.comment, look.equity - look.balance) == ("mine", held.profit + held.swap)
    assert [each.kind for each in look.deals] == ["balance", "trade"]
    assert look.deals[1].ticket == held.ticket
    # What goes over the wire is what was seen.
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(look), type=Look) == look


async def test_a_quick_look_reads_deals_when_something_changed_or_the_hub_has_not_had_them(market):
    terminal = Counted(market.gateway)
    reader = Reader(terminal)
    first = await read(reader, market, ask())
    assert terminal.asked == ["account", "positions", "deals"]
    terminal.asked.clear()
    assert (await read(reader, market, ask(since=first.time), NOW + timedelta(seconds=1))).deals == []
    assert terminal.asked == ["account", "positions"]
    # The answer was lost: the hub still knows what it knew before.
    again = await read(reader, market, ask(since=NOW - timedelta(seconds=9)), NOW + timedelta(seconds=2))
    assert [each.deal for each in again.deals] == [each.deal for each in first.deals]
    market.broker.books.deposit(-1_000_00, market.clock.now())
    paid = await read(reader, market, ask(since=again.time), NOW + timedelta(seconds=3))
    assert paid.deals[-1].profit == -1000
    trade(market)
    opened = await read(reader, market, ask(since=paid.time), NOW + timedelta(seconds=4))
    assert opened.deals[-1].direction == "in"
    terminal.asked.clear()
    await read(reader, market, ask("deals", opened.time), NOW + timedelta(seconds=5))
    assert terminal.asked == ["account", "positions", "deals", "quote"]


async def test_a_look_quotes_what_it_is_told_to_and_what_is_open_each_once(market):
    look = await read(Reader(market.gateway, ["GOLD.r", "NOTHERE"]), market, ask())
    [quote] = look.quotes
    shown = await market.gateway.quote("GOLD.r")
    assert (quote.symbol, quote.bid, quote.ask, quote.time) == ("GOLD.r", shown.bid, shown.ask, shown.at)
    assert (await read(Reader(market.gateway), market, ask())).quotes == []
    trade(market)
    for quoted in ([], ["GOLD.r"]):
        look = await read(Reader(market.gateway, quoted), market, ask())
        assert [each.symbol for each in look.quotes] == ["GOLD.r"]


class Abroad:
    """A terminal beside the market's, through the package, of a broker two hours ahead; the deposit is of yesterday."""

    def __init__(self, market):
        self.market = market
        market.clock.sleep(15 * 3600)
        self.fake = FakeMetaTrader5(market.broker, market.clock)
        self.begin()

    def begin(self):
        """A process begins, and knows nothing."""
        self.gateway = Gateway(PackageDriver(self.fake, clock=self.market.clock), clock=self.market.clock)
        self.reader = Reader(self.gateway, ["GOLD.r"])
        return self

    async def look(self, depth="quick", since=None, minutes=0.0):
        """After so many minutes; whole ones move the market."""
        if minutes and minutes == int(minutes):
            for _ in range(int(minutes)):
                opened = int(self.market.clock.now().timestamp())
                self.market.step(next(walk(opened, 1))._replace(time=opened))
        else:
            self.market.clock.sleep(minutes * 60)
        now = self.market.clock.now()
        return await self.reader.read(ask(depth, since), await self.gateway.terminal(), now)


@pytest.fixture
async def abroad(market):
    trade(market)
    made = Abroad(market)
    await made.gateway.connect(LOGIN)
    yield made
    made.gateway.close()


def told(look, broker):
    """Whether these are all deals of the broker, at their true times, which the package cuts to milliseconds."""
    booked = broker.books.deals
    return [each.deal for each in look.deals] == [str(each.ticket) for each in booked] and all(
        timedelta(0) <= true.at - each.at < timedelta(milliseconds=1)
        for each, true in zip(look.deals, booked, strict=True)
    )


async def test_deals_wait_for_the_broker_s_clock_and_nothing_else_does(market, abroad):
    """A gateway that starts on a Saturday: the hub keeps a deal's time as it first hears it."""
    first = await abroad.look("all")
    assert (first.deals, first.quotes, len(first.positions)) == ([], [], 1)
    rules.check(first, 500, 0.0)
    since = first.time
    for _ in range(200):
        look = await abroad.look("deals", since, 9.9)
        assert (look.deals, look.quotes, look.equity) == ([], [], first.equity)
        since = look.time
    for _ in range(2):
        look = await abroad.look(since=since, minutes=1)
        assert look.deals == []
        since = look.time
    monday = await abroad.look(since=since, minutes=1)
    # the Friday's, which are further back than a look reads for safety
    assert told(monday, market.broker) and monday.time - first.time > timedelta(hours=30)
    assert monday.quotes[0].time == market.clock.now()
    # its answer was lost: the hub knows no more than before
    again = await abroad.look(since=since, minutes=1)
    assert told(again, market.broker)
    assert (await abroad.look(since=again.time, minutes=1)).deals == []


async def test_a_gateway_that_is_restarted_while_deals_wait_still_tells_them(market, abroad):
    since = (await abroad.look()).time
    for _ in range(4):
        since = (await abroad.look(since=since, minutes=600.5)).time
    abroad.gateway.close()
    await abroad.begin().gateway.connect(LOGIN)
    for _ in range(4):
        look = await abroad.look(since=since, minutes=1)
        if look.deals:
            break
        since = look.time
    assert told(look, market.broker)


@pytest.mark.parametrize("paid", [-1_000_00, 1_000_00])
async def test_money_that_was_moved_meanwhile_is_neither_gain_nor_loss(market, abroad, paid):
    """A look without its deal would show a drawdown that is none, and guards would close."""
    since = (await abroad.look()).time
    market.clock.sleep(60)
    market.broker.books.deposit(paid, market.clock.now())
    for _ in range(3):
        with pytest.raises(MT5Error, match="paid in or out"):
            await abroad.look(since=since, minutes=0.5)
    for _ in range(2):
        with pytest.raises(MT5Error, match="paid in or out"):
            await abroad.look(since=since, minutes=1)
    look = await abroad.look(since=since, minutes=1)
    assert told(look, market.broker) and look.deals[-1].kind == "balance" and look.deals[-1].at > since


async def test_who_waits_for_positions_does_not_wait_for_quotes(market):
    terminal = Counted(market.gateway)
    look = await read(Reader(terminal, ["GOLD.r"]), market, Ask(uuid7(), "quick", NOW))
    assert look.quotes == [] and "quote" not in terminal.asked


async def test_a_quote_that_does_not_come_does_not_cost_the_look(market):
    class Stalls(Counted):
        async def quote(self, symbol, *, deadline):
            self.asked.append(symbol)
            raise MT5Timeout(f"no answer within {deadline:g} s")

    terminal = Stalls(market.gateway)
    look = await read(Reader(terminal, ["GOLD.r", "EURUSD.r"]), market, ask())
    assert look.quotes == [] and look.balance > 0
    assert terminal.asked == ["account", "positions", "deals", "GOLD.r"]


async def test_no_more_is_quoted_than_a_look_may_hold(market):
    terminal = Counted(market.gateway)
    await read(Reader(terminal, [f"S{n}" for n in range(30)]), market, ask())
    assert terminal.asked.count("quote") == MOST_QUOTES


async def test_looks_are_numbered_upwards_though_the_clock_stands_still(market):
    reader = Reader(market.gateway)
    seqs = [(await read(reader, market, ask())).seq for _ in range(3)]
    assert seqs == sorted(set(seqs)) and seqs[0] == int(NOW.timestamp() * 1000)


def deal(ticket, side):
    zero = Decimal(0)
    return Deal(ticket, 0, 0, "", side, "none", zero, zero, 0, 0, 0, "other", 0, "", NOW)


def test_a_charge_is_not_money_taken_out():
    """Counted so, it would lower the peak by what was lost."""
    kinds = {}
    for kind in (0, 1, 2, 3, 4, 5, 6, 7, 12, 17):
        found = SimpleNamespace(
            ticket=1, order=0, position_id=0, symbol="", type=kind, entry=0, volume=0.0, price=0.0, profit=-5.0,
            swap=0.0, commission=0.0, fee=0.0, reason=0, magic=0, comment="", time_msc=0,
        )  # fmt: skip
        made = convert.deal(found, 2, lambda _: 2, lambda seconds: NOW)
        kinds[kind] = deal_in(made, 2).kind
    assert {kind for kind, told in kinds.items() if told == "balance"} == {2, 3, 6}


def test_of_too_many_deals_money_paid_in_stays_and_the_newest_trades():
    deals = [deal(n, None if n < 3 else "buy") for n in range(MOST + 50)]
    kept = {each.ticket for each in chosen(deals)}
    assert len(kept) == MOST
    assert {0, 1, 2, MOST + 49} < kept and 3 not in kept


times = st.none() | st.integers(0, 3).map(lambda hours: NOW + timedelta(hours=hours))
asks = st.builds(Ask, st.uuids(), st.sampled_from(["quick", "deals", "all"]), times, st.booleans())


@given(asks, asks, asks)
def test_what_covers_an_ask_reads_no_less(one, two, three):
    assert one.covers(one)
    if one.covers(two) and two.covers(three):
        assert one.covers(three)
    if one.covers(two):
        assert one.since is None or (two.since is not None and one.since <= two.since)
        assert ("quick", "deals", "all").index(one.depth) >= ("quick", "deals", "all").index(two.depth)
        assert one.quotes >= two.quotes
    assert Ask(one.id, "all", None, quotes=True).covers(one)
