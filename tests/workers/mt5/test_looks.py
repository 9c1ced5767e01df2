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
from workers.mt5 import convert
from workers.mt5.errors import MT5Timeout
from workers.mt5.looks import MOST, Reader, chosen, deal_in
from workers.mt5.models import Deal, OrderRequest

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
