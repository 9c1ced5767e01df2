"""Money adds up to the cent, whatever is traded."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.candles import Bar
from tests.workers.mt5.markets import MINUTE
from workers.mt5.models import OrderRequest
from workers.mt5.retcodes import TAKEN, Retcode
from workers.mt5.simulated import EURUSD, GOLD, Broker, symbol
from workers.mt5.simulated.clock import START

DEPOSIT = 10**9
YEN = symbol("USDJPY.r", digits=3, contract="333")  # a contract whose profits are no whole cents
SYMBOLS = (GOLD, EURUSD, YEN)

prices = st.decimals(-3000, 3000, places=2)
lots = st.integers(1, 500).map(lambda steps: Decimal(steps) / 100)
markets = st.tuples(st.just("market"), st.sampled_from(SYMBOLS), st.sampled_from(["buy", "sell"]), lots)
closes = st.tuples(st.just("close"), st.integers(0, 9), lots)
moves = st.tuples(st.just("move"), st.sampled_from(SYMBOLS), prices)
flows = st.tuples(st.just("deposit"), st.integers(-(10**6), 10**6))
nights = st.tuples(st.just("night"), st.integers(-999, 999))
steps = st.lists(st.one_of(markets, closes, moves, flows, nights), max_size=40)


def moved(broker, info, price, minute):
    at = int(START.timestamp()) + minute * MINUTE
    broker.on_bar(info.name, Bar(at, *[float(price)] * 4), MINUTE)


def traded(broker, step):
    """Do one step, and say what came of it."""
    match step:
        case ("market", info, side, volume):
            request = OrderRequest("market", info.name, side, volume=volume, filling="ioc")
        case ("close", index, volume):
            held = list(broker.books.positions.values())
            if not held:
                return None
            chosen = held[index % len(held)]
            volume = min(volume, chosen.volume)
            request = OrderRequest("close", chosen.info.name, position=chosen.ticket, volume=volume)
    return broker.submit(request, START)


@pytest.mark.parametrize("mode", ["hedging", "netting"])
@pytest.mark.parametrize("commission", [0, 333])
@settings(max_examples=150, deadline=None)
@given(steps=steps)
def test_equity_is_deposits_and_deals_and_what_floats(mode, commission, steps):
    broker = Broker(
        *SYMBOLS,
        mode=mode,
        deposit=DEPOSIT,
        leverage=10**6,
        commission=commission,
        stop_out=-(10**9),
        at=START,
    )
    for info in SYMBOLS:
        moved(broker, info, "100", 0)
    deposits, cash = DEPOSIT, Decimal(DEPOSIT)
    for minute, step in enumerate(steps, 1):
        if step[0] == "move":
            moved(broker, step[1], step[2], minute)
        elif step[0] == "deposit":
            deposits += step[1]
            cash += step[1]
            broker.books.deposit(step[1], START)
        elif step[0] == "night":
            before = broker.account().profit
            broker.roll(step[1])
            cash += broker.account().profit - before
        else:
            traded(broker, step)
        account = broker.account()
        shown = sum(each.profit + each.swap for each in broker.positions())
        closed = sum(
            each.profit + each.swap + each.commission for each in broker.books.deals if each.side is not None
        )
        assert account.equity == deposits + closed + shown
        assert account.equity == account.balance + account.profit
        assert all(each.volume > 0 for each in broker.positions())
    _agrees_with_cash(broker, cash)


def _agrees_with_cash(broker, cash):
    """The same money counted without positions: each deal's price x size, and the holdings at the market.

    What differs is roundings: half a unit a deal and position, and the averages of netting.
    """
    sizes = {}
    for deal in broker.books.deals:
        if deal.side is None:
            continue
        info = broker.listings[deal.symbol].info
        sign = 1 if deal.side == "buy" else -1
        cash -= sign * deal.price * deal.volume * info.contract_size * 100
        cash += deal.commission
    for held in broker.books.positions.values():
        sizes[held.ticket] = held.sign * broker.quoted(held) * held.volume * held.info.contract_size * 100
    count = len(broker.books.deals) + len(sizes)
    assert abs(cash + sum(sizes.values()) - broker.account().equity) <= count


def test_netting_holds_one_position_a_symbol_and_turns_it_round():
    broker = Broker(GOLD, mode="netting", deposit=DEPOSIT, at=START)
    moved(broker, GOLD, "2000", 0)
    for side, volume, left in (
        ("buy", "1", "1"),
        ("buy", "1", "2"),
        ("sell", "0.5", "1.5"),
        ("sell", "2", "0.5"),
    ):
        request = OrderRequest("market", GOLD.name, side, volume=Decimal(volume))
        assert broker.submit(request, START).retcode == Retcode.DONE
        (held,) = broker.positions()
        assert held.volume == Decimal(left)
    assert held.side == "sell"
    assert [deal.direction for deal in broker.books.deals] == ["none", "in", "in", "out", "inout"]
    # 0.5 and then 1.5 lots were bought at 2000.20 and sold at 2000.00
    assert broker.books.balance - DEPOSIT == -1000 - 3000


def test_hedging_holds_both_sides():
    broker = Broker(GOLD, mode="hedging", deposit=DEPOSIT, at=START)
    moved(broker, GOLD, "2000", 0)
    for side in ("buy", "sell"):
        broker.submit(OrderRequest("market", GOLD.name, side, volume=Decimal(1)), START)
    assert sorted(held.side for held in broker.positions()) == ["buy", "sell"]
    for held in broker.positions():
        assert broker.submit(OrderRequest("close", GOLD.name, position=held.ticket), START).retcode in TAKEN
    assert broker.positions() == [] and broker.books.balance - DEPOSIT == -4000


def test_an_account_that_cannot_hold_its_positions_loses_the_worst_first():
    broker = Broker(GOLD, mode="hedging", deposit=500_000, leverage=100, at=START)
    moved(broker, GOLD, "2000", 0)
    for volume in ("1", "0.5"):
        assert (
            broker.submit(OrderRequest("market", GOLD.name, volume=Decimal(volume)), START).retcode in TAKEN
        )
    moved(broker, GOLD, "1977", 1)
    assert len(broker.positions()) == 2
    moved(broker, GOLD, "1976", 2)
    assert [each.volume for each in broker.positions()] == [Decimal("0.50")]
    deal = broker.books.deals[-1]
    assert (deal.reason, deal.comment, deal.profit) == ("stop_out", "[so]", -242000)
    account = broker.account()
    assert account.equity * 2 >= account.margin
