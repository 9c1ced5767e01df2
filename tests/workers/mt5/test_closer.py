"""Closing is worth trying: at a worse price, what is left of it, again and again; and a cancel is never lost."""

import uuid
from decimal import Decimal
from time import monotonic

import pytest
from caerus_client.models import CancelCommand, CloseCommand
from caerus_client.times import rfc3339
from msgspec.structs import replace

from tests.workers.mt5.errands import SYMBOL
from tests.workers.mt5.test_carrier import NAMES, buy
from workers.mt5.bounds import closing_filling, filling
from workers.mt5.models import Fillings, OrderResult
from workers.mt5.retcodes import Retcode

BOTH = Fillings.FOK | Fillings.IOC


def answering(errands, *answers):
    """A terminal that gives these to the next requests, one each, None or none left: what the broker says. What is asked."""
    driver, given, asked = errands.market.driver, list(answers), []
    real = driver.send

    def send(request):
        asked.append(request)
        answer = given.pop(0) if given else None
        if isinstance(answer, Retcode):
            return OrderResult(answer)
        return real(request if answer is None else replace(request, volume=answer))

    driver.send = send
    return asked


@pytest.fixture
async def held(errands):
    """A position of 0.10 lots."""
    assert (await errands.carrier.execute(buy(errands))).status == "placed"
    [position] = errands.market.broker.positions()
    return position


def close(errands, held):
    issued = rfc3339(errands.market.clock.now())
    return CloseCommand(command_id=str(uuid.uuid4()), ticket=str(held.ticket), issued_at=issued)


async def test_a_price_that_runs_away_is_followed_at_once(errands, held):
    asked = answering(errands, Retcode.REQUOTE, Retcode.PRICE_OFF, Retcode.PRICE_CHANGED)
    ack = await errands.carrier.execute(close(errands, held))
    assert (ack.status, len(asked)) == ("closed", 4)
    assert {each.deviation for each in asked} == {errands.limits.close_slippage_points} == {200}
    assert {each.filling for each in asked} == {"ioc"}


async def test_one_that_goes_on_running_is_told_within_a_second(errands, held):
    asked, began = answering(errands, *[Retcode.REQUOTE] * 99), monotonic()
    ack = await errands.carrier.execute(close(errands, held))
    assert (ack.status, ack.error) == ("failed", "10004 requote")
    assert 2 <= len(asked) <= 5 and monotonic() - began < 5
    assert len(errands.market.broker.positions()) == 1


async def test_what_a_close_leaves_open_is_closed_too(errands, held):
    asked = answering(errands, Decimal("0.03"), Decimal("0.02"))
    ack = await errands.carrier.execute(close(errands, held))
    assert (ack.status, len(asked), errands.market.broker.positions()) == ("closed", 3, [])
    out = [each.volume for each in errands.market.broker.books.deals if each.direction == "out"]
    assert out == [Decimal("0.03"), Decimal("0.02"), Decimal("0.05")]


@pytest.mark.parametrize("code", [Retcode.MARKET_CLOSED, Retcode.TOO_MANY_REQUESTS, Retcode.FROZEN])
async def test_what_a_second_does_not_mend_is_told_at_once(errands, held, code):
    asked = answering(errands, code)
    assert (await errands.carrier.execute(close(errands, held))).status == "failed"
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("allowed", "opens", "closes"),
    [(BOTH, "fok", "ioc"), (Fillings.FOK, "fok", "fok"), (Fillings.IOC, "ioc", "ioc"), (Fillings(0), "return", "return")],
)  # fmt: skip
def test_what_is_opened_is_whole_and_what_is_closed_is_what_there_is(errands, allowed, opens, closes):
    info = replace(errands.market.broker.listings[SYMBOL].info, fillings=allowed)
    assert (filling(info), closing_filling(info)) == (opens, closes)


async def test_one_that_is_gone_and_not_booked_yet_is_unknown_and_not_refused(errands, held):
    driver = errands.market.driver
    deals, driver.deals = driver.deals, lambda since: []
    command = close(errands, held)
    errands.wire.issue(command)
    await errands.wire.step(errands.carrier, errands.book)
    driver.deals = deals
    await errands.follower.follow()
    await errands.wire.flush(errands.book)
    assert [ack.status for ack in errands.wire.said[command.command_id]] == ["unknown", "closed"]


@pytest.fixture
async def waiting(errands):
    """An order that waits, and the command to take it back."""
    bid = errands.market.broker.listings[SYMBOL].quote.bid
    errands.wire.issue(order := buy(errands, order_type="limit", entry=str(bid - 3)))
    await errands.wire.step(errands.carrier, errands.book)
    cancel = CancelCommand(command_id=str(uuid.uuid4()), **NAMES, opens=order.command_id)
    errands.wire.issue(cancel)
    return cancel


@pytest.mark.parametrize(
    "code", [Retcode.MARKET_CLOSED, Retcode.FROZEN, Retcode.TOO_MANY_REQUESTS, Retcode.CLIENT_DISABLES_AT]
)
async def test_a_cancel_that_the_broker_refuses_is_not_over_while_the_order_waits(errands, waiting, code):
    """A weekend begins before it is through. The hub would not repeat one that was told to be refused."""
    broker, clock = errands.market.broker, errands.market.clock
    asked = answering(errands, *[code] * 8)
    began = clock.monotonic()
    while broker.orders():
        assert errands.wire.said.get(waiting.command_id) is None
        await errands.wire.step(errands.carrier, errands.book)
        clock.sleep(1)
        assert clock.monotonic() - began < 1000
    [ack] = errands.wire.said[waiting.command_id]
    assert (ack.status, ack.close_reason, len(asked)) == ("closed", "cancelled", 9)
    # 1, 2, 4 seconds and so on, up to a minute
    assert clock.monotonic() - began > 1 + 2 + 4 + 8 + 16 + 32 + 60 + 60
    # the hub still lists it for a moment: nothing more is asked of the broker
    await errands.wire.step(errands.carrier, errands.book)
    assert len(asked) == 9


async def test_a_cancel_that_comes_too_late_is_over(errands, waiting):
    """It filled while the broker refused."""
    asked = answering(errands, Retcode.FROZEN)
    await errands.wire.step(errands.carrier, errands.book)
    broker = errands.market.broker
    [order] = broker.working.values()
    broker._fill(
        order, broker.listings[SYMBOL].info, order.left, order.request.price, errands.market.clock.now()
    )
    errands.market.clock.sleep(2)
    await errands.wire.step(errands.carrier, errands.book)
    [ack] = errands.wire.said[waiting.command_id]
    assert (ack.status, ack.error, len(asked)) == ("refused", "the order is open already", 1)
