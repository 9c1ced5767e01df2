"""When an order is placed, and when it is not any more: whose account, whose turn, how long, and what the broker has already."""

import threading
import uuid
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import msgspec
import pytest
from caerus_client.models import AccountName, Bounds, CancelCommand
from caerus_client.times import rfc3339
from msgspec.structs import replace

from tests.workers.mt5.errands import PLACE, SYMBOL
from tests.workers.mt5.test_carrier import NAMES, buy, said
from workers.mt5.carrier import Carrier
from workers.mt5.follower import Follower
from workers.mt5.marks import marked
from workers.mt5.models import OrderRequest, OrderResult
from workers.mt5.retcodes import Retcode

HERE = AccountName(server=PLACE.server.upper(), login=PLACE.login)
OTHER = AccountName(server=PLACE.server, login="2")


@pytest.mark.parametrize("accounts", [None, (), (HERE,), (OTHER, HERE)])
async def test_an_order_is_placed_on_an_account_that_it_names(errands, accounts):
    assert await said(errands, buy(errands, accounts=accounts)) == ("placed", None)


@pytest.mark.parametrize("symbol", ["XAUUSD", "EURUSD"])
async def test_an_order_for_another_account_is_refused_and_never_begun(errands, symbol):
    order = buy(errands, accounts=(OTHER,), instrument=symbol)
    why = "account: the terminal is logged in to 1 at Simulated, the order is for another account"
    assert await said(errands, order) == ("refused", why)
    assert errands.market.broker.past == errands.market.broker.orders() == []
    assert errands.journal.find(order.command_id) is None


async def test_after_a_restart_an_order_for_another_account_is_not_placed_either(errands):
    """It was begun when nobody had said whose it is, and the process died before it was handed in."""
    order = buy(errands, accounts=(OTHER,))
    errands.wire.issue(order)
    errands.book.begin(order.command_id, msgspec.json.encode(order))
    errands.dies()
    for _ in range(2):
        await errands.wire.step(errands.carrier, errands.book)
    assert [ack.status for ack in errands.wire.said[order.command_id]] == ["refused"]
    assert errands.of_command(order.command_id) == []


def at_the_order(errands, happens):
    """Have something happen once, in the last moment before an order: at the look at the account in the terminal's thread."""
    driver, judged = errands.market.driver, threading.Event()
    quote, account = driver.quote, driver.account

    def quoted(symbol):
        judged.set()
        return quote(symbol)

    def looked():
        found = account()
        if judged.is_set():
            driver.quote, driver.account = quote, account
            happens()
        return found

    driver.quote, driver.account = quoted, looked


async def test_nothing_is_opened_once_the_lease_is_over(errands):
    """The terminal stalled between judging and order, and another gateway has the account meanwhile."""
    held = [True]
    errands.carrier = Carrier(errands.post, errands.limits, lambda: 0.0, lambda: held[0])
    order = buy(errands)
    at_the_order(errands, lambda: held.__setitem__(0, False))
    assert await said(errands, order) is None
    assert errands.of_command(order.command_id) == []
    assert (await errands.post.sender.outcome(order.command_id)).state == "absent"
    held[0] = True
    assert await said(errands, order) == ("placed", None)


@pytest.mark.parametrize("what", ["consent", "signal"])
async def test_nothing_is_opened_once_the_consent_is_over(errands, what):
    ends = rfc3339(errands.market.clock.now() + timedelta(seconds=30))
    given = {"bounds": Bounds(valid_until=ends)} if what == "consent" else {"expires_at": ends}
    order = buy(errands, **given)
    at_the_order(errands, lambda: errands.market.clock.sleep(31))
    assert await said(errands, order) is None
    assert errands.of_command(order.command_id) == []
    status, error = await said(errands, order)
    assert status == "refused" and ends in error


@pytest.mark.parametrize("takes_expiry", [True, False])
async def test_an_order_that_waits_ends_with_the_consent(errands, takes_expiry):
    """The signal would go on for an hour."""
    broker = errands.market.broker
    listing = broker.listings[SYMBOL]
    listing.info = replace(listing.info, takes_expiry=takes_expiry)
    now = errands.market.clock.now()
    until = now + timedelta(minutes=10, milliseconds=500)
    given = {"order_type": "limit", "entry": str(listing.quote.bid - 3)}
    errands.wire.issue(order := buy(errands, **given, bounds=Bounds(valid_until=rfc3339(until))))
    await errands.wire.step(errands.carrier, errands.book)
    [waiting] = broker.working.values()
    assert waiting.request.expires_at == (until.replace(microsecond=0) if takes_expiry else None)
    errands.market.clock.reach(until - timedelta(seconds=5))
    await errands.follower.follow()
    assert len(broker.orders()) == 1
    errands.market.clock.reach(until)
    for _ in range(2):
        await errands.follower.follow()
    await errands.wire.flush(errands.book)
    assert broker.orders() == []
    told = [(ack.status, ack.close_reason) for ack in errands.wire.said[order.command_id]]
    assert told == [("placed", None), ("closed", "expired")]


async def test_a_broker_that_does_not_let_an_order_go_is_not_asked_every_second(errands):
    broker, clock = errands.market.broker, errands.market.clock
    listing = broker.listings[SYMBOL]
    listing.info = replace(listing.info, takes_expiry=False)
    ends = clock.now() + timedelta(seconds=10)
    errands.wire.issue(
        buy(errands, order_type="limit", entry=str(listing.quote.bid - 3), expires_at=rfc3339(ends))
    )
    await errands.wire.step(errands.carrier, errands.book)
    asked, real = [], errands.market.driver.send

    def send(request):
        asked.append(clock.monotonic())
        return OrderResult(Retcode.MARKET_CLOSED)

    errands.market.driver.send = send
    clock.reach(ends)
    for _ in range(600):
        await errands.follower.follow()
        clock.sleep(1)
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert len(broker.orders()) == 1
    # each look takes a second or two, and 7 pauses add up to two minutes
    assert all(
        pause - 1 < gap < pause + 5 for pause, gap in zip((1, 2, 4, 8, 16, 32, 60), gaps, strict=False)
    )
    assert all(59 < gap < 65 for gap in gaps[6:]) and len(gaps) > 10
    errands.market.driver.send = real
    clock.sleep(70)
    await errands.follower.follow()
    assert broker.orders() == []


def placed_before(errands, order, kind):
    """The command's order, placed by a gateway whose files are lost, or by another one on the account."""
    broker, clock = errands.market.broker, errands.market.clock
    bid, lot = broker.listings[SYMBOL].quote.bid, Decimal("0.10")
    limit = OrderRequest("pending", SYMBOL, "buy", "limit", lot, bid - 50)
    request = limit if kind in ("waits", "withdrawn") else OrderRequest("market", SYMBOL, "buy", volume=lot)
    reject = Retcode.REQUOTE if kind == "rejected" else None
    ticket = broker.submit(marked(request, order.command_id, 1), clock.now(), reject=reject).order
    if kind == "closed":
        broker.submit(OrderRequest("close", SYMBOL, position=ticket), clock.now())
    if kind == "withdrawn":
        broker.submit(OrderRequest("cancel", SYMBOL, order=ticket), clock.now())
    return ticket


@pytest.mark.parametrize(
    ("kind", "then"),
    [
        ("waits", ["placed"]),
        ("open", ["placed", "placed"]),
        ("closed", ["placed", "placed", "closed"]),
        ("withdrawn", ["placed", "closed"]),
    ],
)
@pytest.mark.parametrize("days", [0, 3])
async def test_what_the_broker_has_already_is_not_placed_again(errands, kind, then, days):
    """Even if its bounds do not hold any more: then it would be told to be refused, and be there."""
    order = buy(errands, expires_at=rfc3339(errands.market.clock.now() + timedelta(days=9)))
    ticket = placed_before(errands, order, kind)
    errands.market.clock.sleep(60 + days * 86_400)
    errands.wire.issue(replace(order, bounds=Bounds(max_spread_points=0.0)))
    await errands.wire.step(errands.carrier, errands.book)
    for _ in range(3):
        await errands.follower.follow()
    await errands.wire.flush(errands.book)
    told = errands.wire.said[order.command_id]
    assert ([ack.status for ack in told], told[0].broker_ticket) == (then, str(ticket))
    assert len(errands.of_command(order.command_id)) == 1


async def test_what_the_broker_rejected_before_is_placed(errands):
    order = buy(errands)
    placed_before(errands, order, "rejected")
    assert await said(errands, order) == ("placed", None)


async def test_what_this_gateway_knows_of_an_order_outdoes_its_bounds(errands):
    """Its book of commands is lost, its journal of orders is not: the order may be on its way."""
    order = buy(errands, bounds=Bounds(max_spread_points=0.0))
    errands.journal.begin(order.command_id, OrderRequest("market", SYMBOL), errands.market.clock.now())
    status, _ = await said(errands, order)
    assert status == "unknown"


async def test_the_loop_turns_while_the_book_waits_for_its_disk(errands):
    """Placing, cancelling, closing and following: nothing of book or journal runs in the loop's thread."""
    loop, book, asked = threading.get_ident(), errands.book, set()

    class Watched:
        def __getattr__(self, name):
            def called(*args):
                assert threading.get_ident() != loop, f"{name} blocks the loop"
                asked.add(name)
                return getattr(book, name)(*args)

            return called

    errands.post.book = Watched()
    follower = Follower(errands.post, errands.carrier)
    bid = errands.market.broker.listings[SYMBOL].quote.bid
    for order in (buy(errands), buy(errands, order_type="limit", entry=str(bid - 3))):
        errands.wire.issue(order)
    await errands.wire.step(errands.carrier, book)
    await follower.follow()
    errands.wire.issue(CancelCommand(command_id=str(uuid.uuid4()), **NAMES, opens=order.command_id))
    await errands.wire.step(errands.carrier, book)
    assert errands.market.broker.orders() == []
    assert asked >= {"withdrawn", "begun_at", "state", "in_state", "record", "fill_told"}
