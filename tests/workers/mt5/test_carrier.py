"""What a gateway's handler does with one command; how an order is known again, and what the records say became of it."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from caerus_client.models import CancelCommand
from caerus_client.times import rfc3339
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.trading.commands.rules import command_in
from tests.workers.mt5.errands import SYMBOL
from workers.mt5.carrier import Carrier
from workers.mt5.errors import OtherAccount
from workers.mt5.fates import ended
from workers.mt5.marks import attempted, mark_of
from workers.mt5.models import Deal, Order, OrderRequest
from workers.mt5.outcomes import Outcome, Records, proven
from workers.mt5.simulated.clock import START

ID = "0197a1b2-0000-7000-8000-00000000000a"
NAMES = {"signal_id": "s", "approval_id": "a"}


def buy(errands, **changed):
    """At the market, with a stop 8.00 away."""
    ask, now = errands.market.broker.listings[SYMBOL].quote.ask, errands.market.clock.now()
    given = {
        "side": "buy",
        "order_type": "market",
        "volume": "0.10",
        "bounds": None,
        "entry": str(ask),
        "stop": str(ask - 8),
        "target": str(ask + 8),
        "expires_at": rfc3339(now + timedelta(hours=1)),
    }
    made = errands._open({"command_id": str(uuid.uuid4())} | NAMES, now)
    return replace(made, **(given | changed))


async def said(errands, command):
    ack = await errands.carrier.execute(command)
    return ack and (ack.status, ack.error)


@pytest.mark.parametrize(("silence", "status"), [(61.0, None), (59.0, "placed")])
async def test_nothing_is_opened_once_the_hub_was_not_heard_for_a_minute(errands, silence, status):
    carrier = Carrier(errands.post, errands.limits, lambda: silence, lambda: True)
    ack = await carrier.execute(buy(errands))
    assert (ack and ack.status) == status
    assert len(errands.market.broker.positions()) == (status is not None)


async def test_nothing_is_opened_while_algorithmic_trading_is_off(errands):
    terminal = errands.market.driver.terminal
    errands.market.driver.terminal = lambda: replace(terminal(), algo_allowed=False)
    assert await said(errands, buy(errands)) is None
    errands.market.driver.terminal = terminal
    assert await said(errands, buy(errands)) == ("placed", None)


@pytest.mark.parametrize("then", ["gone", "switched"])
async def test_a_terminal_that_goes_away_before_the_order_was_not_given_it(errands, then):
    """Between the quote and the order: nothing was handed in, so there is nothing to prove, and the hub is asked again."""
    driver, order = errands.market.driver, buy(errands)
    quote = driver.quote

    def last(symbol):
        found = quote(symbol)
        if then == "gone":
            driver.shutdown()
        else:
            errands.market.broker.login = 2
        return found

    driver.quote = last
    assert await said(errands, order) is None
    assert (await errands.post.sender.outcome(order.command_id)).state == "absent"
    driver.quote, errands.market.broker.login = quote, 1
    assert await said(errands, order) == ("placed", None)
    assert len(errands.of_command(order.command_id)) == 1


async def test_a_copied_order_needs_a_terminal_that_copies(errands):
    errands.limits = errands.limits.model_copy(update={"mode": "approval"})
    errands.carrier = Carrier(errands.post, errands.limits, lambda: 0.0, lambda: True)
    refused = "mode: this terminal executes approvals only, copying is switched off on it"
    assert await said(errands, buy(errands)) == ("refused", refused)
    assert await said(errands, buy(errands, volume=None)) == ("placed", None)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"volume": "0.001"}, ("failed", "invalid volume")),
        ({"volume": "0.015"}, ("failed", "invalid volume")),
        ({"volume": "51"}, ("failed", "invalid volume")),
        ({"volume": "much"}, ("failed", "a number or time in the command cannot be read")),
        ({"expires_at": "later"}, ("failed", "a number or time in the command cannot be read")),
        ({"stop": "0"}, ("failed", "invalid stops")),
        ({"expires_at": "2026-01-01T00:00:00Z"}, ("refused", "expires_at: the signal ended at 2026-01-01T00:00:00Z")),
        ({"instrument": "EURUSD"}, ("failed", "EURUSD is not traded here")),
    ],
)  # fmt: skip
async def test_what_cannot_be_an_order_here_is_told_and_not_tried(errands, changed, told):
    assert await said(errands, buy(errands, **changed)) == told
    assert errands.market.broker.past == []


async def test_a_limit_that_the_market_has_reached_waits_on_the_passive_side(errands):
    bid = errands.market.broker.listings[SYMBOL].quote.bid
    ask = errands.market.broker.listings[SYMBOL].quote.ask
    await said(errands, buy(errands, order_type="limit", entry=str(ask + 1)))
    await said(errands, buy(errands, order_type="limit", entry=str(bid - 3)))
    await said(errands, buy(errands, order_type="stop", entry=str(ask - 1)))
    waiting = [order.price for order in errands.market.broker.orders()]
    assert waiting == [ask - Decimal("0.10"), bid - 3]
    [met] = errands.market.broker.positions()
    assert met.open_price == ask


async def test_a_cancel_that_comes_first_keeps_the_order_from_ever_being_placed(errands):
    order = buy(errands)
    cancel = CancelCommand(command_id=str(uuid.uuid4()), **NAMES, opens=order.command_id)
    errands.wire.issue(cancel)
    await errands.wire.step(errands.carrier, errands.book)
    errands.wire.issue(order)
    await errands.wire.step(errands.carrier, errands.book)
    [first], [last] = errands.wire.said[cancel.command_id], errands.wire.said[order.command_id]
    assert (first.status, first.error) == ("refused", "there is no such order")
    assert (last.status, last.error) == ("refused", "it was taken back before it was placed")
    assert errands.market.broker.past == []


async def test_records_of_another_account_prove_nothing(errands):
    order = buy(errands)
    sender, broker = errands.post.sender, errands.market.broker
    await errands.session.ensure_connected()
    errands.journal.begin(order.command_id, OrderRequest("market", SYMBOL), errands.market.clock.now())
    broker.login = 2
    for _ in range(4):
        errands.market.clock.sleep(60)
        with pytest.raises(OtherAccount):
            await sender.resolve()
    assert (await sender.outcome(order.command_id)).state == "unknown"
    broker.login = 1
    for _ in range(2):
        await sender.resolve()
        errands.market.clock.sleep(60)
    assert (await sender.outcome(order.command_id)).state == "absent"


@given(st.uuids())
def test_the_hub_knows_a_command_s_order_by_its_comment(id):
    mark = mark_of(str(id))
    assert command_in(attempted(mark, 1)) == id == command_in(attempted(mark, 7))


@given(st.text(max_size=40).filter(lambda text: len(text) != 36))
def test_any_other_order_is_none_of_the_hub_s_commands(key):
    assert command_in(attempted(mark_of(key), 1)) is None


def order(state, ticket=1, position=0, comment=""):
    mark, lot = mark_of(ID), Decimal("0.1")
    terms = ("XAUUSD", "buy", "market", state, lot, Decimal(0), Decimal(2000), None, None)
    return Order(ticket, *terms, mark.magic, comment or mark.comment, position, START)


def deal(direction, volume, price, reason="expert", order=1):
    head = (7, order, 1, "XAUUSD", "buy", direction, Decimal(volume), Decimal(price), 0, 0, 0)
    return Deal(*head, reason, mark_of(ID).magic, "", START)


@pytest.mark.parametrize(
    ("past", "deals", "state"),
    [
        ([], [], None),
        ([order("filled", position=1)], [], None),
        ([order("filled")], [], None),
        ([order("filled", position=1)], [deal("in", "0.1", 2000)], "open"),
        ([order("filled", position=1)], [deal("in", "0.1", 2000), deal("out", "0.04", 2001)], "open"),
        ([order("filled", position=1)], [deal("in", "0.1", 2000), deal("out", "0.1", 2001)], "closed"),
        # what an order filled before the rest of it was cancelled is a position, though the order names none
        ([order("cancelled")], [deal("in", "0.04", 2000), deal("out", "0.04", 2001)], "closed"),
        ([order("cancelled")], [], "cancelled"),
        ([order("expired")], [], "expired"),
        ([order("rejected")], [], "rejected"),
        ([order("rejected"), order("cancelled", 2)], [], "cancelled"),
    ],
)
def test_what_became_of_an_order_is_read_from_the_records(past, deals, state):
    fate = ended(mark_of(ID), past, deals)
    assert (fate and fate.state) == state


def test_prices_of_a_position_are_means_over_what_was_dealt():
    deals = [deal("in", "0.06", 2000), deal("in", "0.04", 2010), deal("out", "0.1", 2020, "take_profit")]
    fate = ended(mark_of(ID), [order("filled", position=1)], deals)
    assert (fate.price, fate.close_price, fate.close_reason) == (2004, 2020, "take_profit")


@pytest.mark.parametrize(("attempt", "found"), [(1, Outcome("refused", 0, 1)), (2, None)])
def test_the_rejection_of_an_earlier_attempt_proves_nothing_of_a_later_one(attempt, found):
    request, records = OrderRequest("market", "XAUUSD"), Records([], [], [order("rejected")], [])
    assert proven(request, mark_of(ID), attempt, records) == found
