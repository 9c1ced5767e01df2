"""A trade's states, and trades from deals: equity = deposits + closed + floating, to the cent."""

from decimal import Decimal
from itertools import product
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.trading.trades import ledger, rules
from hub.trading.trades.ledger import Books, Whose
from hub.trading.trades.models import Deal, Fill, Plan, Status, Trade
from hub.trading.trades.rules import OutOfOrder
from tests.trading.deals import START, Broker, deal

WHOSE = Whose(uuid4(), uuid4(), "USD")
STATES: tuple[Status, ...] = get_args(Status)
MAY = {
    ("planned", "open"),
    ("planned", "cancelled"),
    ("planned", "expired"),
    ("open", "open"),
    ("open", "partly_closed"),
    ("open", "closed"),
    ("partly_closed", "partly_closed"),
    ("partly_closed", "closed"),
}


def build(*deals: Deal) -> Books:
    return ledger.build(deals, WHOSE, START)


def plan(**changed: Any) -> Trade:
    given: dict[str, Any] = {
        "user_id": WHOSE.user_id, "currency": "USD", "symbol": "XAUUSD", "direction": "buy", "volume": Decimal(2),
    }  # fmt: skip
    return rules.planned(uuid4(), Plan(**(given | changed)), START)


def fill(volume: int, **changed: Any) -> Fill:
    given: dict[str, Any] = {"at": START, "price": Decimal(2010), "volume": Decimal(volume), "profit": 1000}
    return Fill(**(given | changed))


@pytest.mark.parametrize(("was", "to"), list(product(STATES, STATES)))
def test_every_pair_of_states_is_allowed_or_refused(was: Status, to: Status) -> None:
    trade = replace(plan(), status=was)
    assert (was in rules.before(to)) == ((was, to) in MAY)
    if (was, to) in MAY:
        rules.check(trade, to)
    else:
        with pytest.raises(OutOfOrder):
            rules.check(trade, to)


def test_a_plan_cannot_close_and_what_ended_cannot_go_on() -> None:
    with pytest.raises(OutOfOrder):
        rules.closed(plan(), fill(1), START)
    with pytest.raises(ValueError, match="above 0"):
        rules.closed(replace(plan(), status="open"), fill(-1), START)
    ended = rules.ended(plan(), "cancelled", "New Setup", START)
    assert (ended.status, ended.exit_reason) == ("cancelled", "New Setup")
    with pytest.raises(OutOfOrder):
        rules.opened(ended, START, Decimal(2000), Decimal(1), "1", START)


def test_a_trade_from_plan_to_end() -> None:
    planned = plan(entry_price=Decimal(2000), stop_loss=Decimal(1990), take_profit=Decimal("2032.5"))
    assert planned.risk_reward_ratio == Decimal("3.25")
    trade = rules.opened(planned, START, Decimal(2000), Decimal(2), "7", START)
    half = rules.closed(trade, fill(1, commission=-50), START)
    assert (half.status, half.closed_volume, half.exit_time) == ("partly_closed", 1, None)
    done = rules.closed(
        half, fill(1, price=Decimal(2020), profit=2000, swap=-100, equity_before=100_000), START
    )
    assert (done.status, done.exit_price, done.profit, done.swap, done.commission) == (
        "closed", Decimal(2015), 3000, -100, -50,
    )  # fmt: skip
    assert (done.pips, done.percent_equity_return, done.duration_hours) == (150, Decimal("2.85"), 0)


def test_pips_of_a_symbol_nobody_knows_are_not_guessed() -> None:
    assert rules.pips("TSLA", "buy", Decimal(1), Decimal(2)) is None
    assert rules.pips("gold", "sell", Decimal(2000), Decimal(1999)) == 10


def test_fills_of_an_entry_and_of_an_exit_make_one_trade() -> None:
    [trade] = build(
        deal(1, commission=-3),
        deal(2, price=Decimal(2002), volume=Decimal(3), commission=-9),
        deal(
            3, direction="out", side="sell", price=Decimal(2010), volume=Decimal(1), profit=850, reason="tp"
        ),
        deal(4, direction="out", side="sell", price=Decimal(2020), volume=Decimal(3), profit=5550, swap=-7),
    ).trades
    assert (trade.entry_price, trade.volume) == (Decimal("2001.5"), 4)
    assert (trade.exit_price, trade.status) == (Decimal("2017.5"), "closed")
    assert (trade.profit, trade.swap, trade.commission) == (6400, -7, -12)


def test_a_position_turned_round_is_two_trades_that_share_the_commission() -> None:
    books = build(
        deal(1, volume=Decimal(1)),
        deal(2, direction="inout", side="sell", volume=Decimal(3), profit=500, swap=-4, commission=-10),
    )
    first, second = books.trades
    assert (first.status, first.leg, first.profit, first.swap, first.commission) == ("closed", 0, 500, -4, -3)
    assert (second.status, second.leg, second.direction, second.volume) == ("open", 1, "sell", 2)
    assert (second.profit, second.swap, second.commission) == (0, 0, -7)


@pytest.mark.parametrize(
    ("broker", "ours"),
    [("tp", "take_profit"), ("DEAL_REASON_SL", "stop_loss"), ("so", "stop_out"), ("mobile", "manual"), ("vmargin", "vmargin")],
)  # fmt: skip
def test_reasons(broker: str, ours: str) -> None:
    assert rules.reason_of(broker) == ours


def test_an_exit_without_an_entry_is_told_and_its_money_counts() -> None:
    lost = deal(1, direction="out", side="sell", profit=77)
    books = build(lost)
    assert (books.trades, books.orphans, books.balance()) == ([], [lost], 77)


def test_a_late_word_does_not_change_what_has_ended_but_repeats_are_nothing() -> None:
    [ended] = build(deal(1), deal(2, direction="out", side="sell")).trades
    assert ledger.go_on(ended, ended) is None
    with pytest.raises(OutOfOrder):
        ledger.go_on(ended, replace(ended, profit=1))


def test_an_id_tells_its_time_and_is_the_same_for_the_same_facts() -> None:
    id = rules.stamped_id(START, "a")
    assert (id, id.version, id.variant) == (rules.stamped_id(START, "a"), 7, UUID(int=id.int).variant)
    assert id.int >> 80 == int(START.timestamp() * 1000)
    assert id != rules.stamped_id(START, "b")


@st.composite
def accounts(draw: st.DrawFn) -> Broker:
    """What a person and a market may do to an account, netting and hedging mixed."""
    broker = Broker()
    small, cost = st.integers(1, 9), st.integers(-30, 5)
    broker.deposit(draw(st.integers(1, 10**7)))
    for what in draw(
        st.lists(st.sampled_from(["deposit", "price", "enter", "add", "leave", "turn"]), max_size=40)
    ):
        tickets = sorted(broker.positions)
        if what == "deposit":
            broker.deposit(draw(st.integers(-(10**6), 10**6)))
        elif what == "price":
            broker.price = draw(st.integers(1, 5000))
        elif what == "enter":
            broker.enter(draw(small) * draw(st.sampled_from([1, -1])), draw(cost))
        elif tickets:
            ticket = draw(st.sampled_from(tickets))
            held = broker.positions[ticket].lots
            sign = 1 if held > 0 else -1
            if what == "add":
                broker.add(ticket, sign * draw(small), draw(cost))
            elif what == "leave":
                broker.leave(ticket, sign * draw(st.integers(1, abs(held))), draw(cost), draw(cost))
            else:
                broker.turn(ticket, held + sign * draw(small), draw(cost), draw(cost))
    return broker


@given(accounts(), st.randoms(use_true_random=False))
def test_equity_is_deposits_and_closed_and_floating_to_the_cent(broker: Broker, random: Any) -> None:
    """In any order, some told twice: the books are those of an account that kept its own cash."""
    told = [*broker.deals, *random.sample(broker.deals, len(broker.deals) // 3)]
    random.shuffle(told)
    books = build(*told)
    note(str(broker.deals))
    assert books.orphans == []
    assert books.equity(broker.floating) == broker.equity
    realised = sum(rules.net(trade) for trade in books.trades)
    assert books.deposits + realised + broker.floating == broker.equity
    still = {trade.ticket: trade for trade in books.trades if trade.status != "closed"}
    signed = {
        ticket: (trade.volume - trade.closed_volume) * (1 if trade.direction == "buy" else -1)
        for ticket, trade in still.items()
    }
    assert signed == {ticket: held.lots for ticket, held in broker.positions.items()}


@given(accounts(), st.integers(0, 60))
def test_a_history_read_in_two_parts_comes_to_the_same(broker: Broker, cut: int) -> None:
    """What is stored after the first part goes on to what the whole says: no step is refused."""
    early = {(trade.ticket, trade.leg): trade for trade in build(*broker.deals[:cut]).trades}
    for trade in build(*broker.deals).trades:
        known = early.get((trade.ticket, trade.leg))
        if known is not None:
            after = ledger.go_on(known, trade) or known
            assert replace(after, risk_reward_ratio=None) == replace(trade, risk_reward_ratio=None)
