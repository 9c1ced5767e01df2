"""Blocking calls have a thread of their own, an order, and a deadline."""

import asyncio
import gc
import threading
from datetime import timedelta

import pytest

from workers.mt5.errors import MT5Busy, MT5Disconnected, MT5Timeout
from workers.mt5.gateway import Gateway, once
from workers.mt5.models import OrderRequest, TerminalInfo
from workers.mt5.simulated import SimulatedClock
from workers.mt5.simulated.books import Books

FINE = TerminalInfo(True, True, 1)


class Gated:
    """A driver whose `terminal` waits for a gate, and whose `send` counts."""

    def __init__(self):
        self.gate, self.begun = threading.Event(), threading.Event()
        self.threads, self.sent = set(), 0

    def terminal(self):
        self.threads.add(threading.current_thread().name)
        self.begun.set()
        assert self.gate.wait(10)
        return FINE

    def account(self):
        raise MT5Disconnected("gone")

    def send(self, request):
        self.threads.add(threading.current_thread().name)
        self.sent += 1


@pytest.fixture
def gated():
    driver = Gated()
    gateway = Gateway(driver, name="mt5-test")
    yield driver, gateway
    driver.gate.set()
    gateway.close()


async def test_the_loop_turns_while_a_call_blocks(gated):
    driver, gateway = gated
    call = asyncio.ensure_future(gateway.terminal())
    await asyncio.to_thread(driver.begun.wait, 10)
    assert not call.done()
    driver.gate.set()
    assert await call == FINE
    assert driver.threads == {"mt5-test"}


async def test_a_call_that_was_begun_times_out_and_may_still_be_done(gated):
    _, gateway = gated
    with pytest.raises(MT5Timeout) as raised:
        await gateway.terminal(deadline=0.05)
    assert not isinstance(raised.value, MT5Busy)


async def test_an_order_behind_a_stuck_call_is_never_sent(gated):
    driver, gateway = gated
    stuck = asyncio.ensure_future(gateway.terminal())
    await asyncio.to_thread(driver.begun.wait, 10)
    with pytest.raises(MT5Busy):
        await gateway.send(OrderRequest("market", "X"), deadline=0.05)
    driver.gate.set()
    await stuck
    await gateway.send(OrderRequest("market", "X"))
    assert driver.sent == 1


async def test_an_error_that_comes_after_the_deadline_is_nobodys(gated):
    driver, gateway = gated
    told = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))
    stuck = asyncio.ensure_future(gateway._call(lambda: driver.terminal() and driver.account(), 0.05))
    with pytest.raises(MT5Timeout):
        await stuck
    driver.gate.set()
    with pytest.raises(MT5Disconnected):
        await gateway.account()
    del stuck
    gc.collect()
    await asyncio.sleep(0)
    asyncio.get_running_loop().set_exception_handler(None)
    assert told == []


async def test_a_cancelled_caller_withdraws_what_was_not_begun(gated):
    driver, gateway = gated
    stuck = asyncio.ensure_future(gateway.terminal())
    await asyncio.to_thread(driver.begun.wait, 10)
    waiting = asyncio.ensure_future(gateway.send(OrderRequest("market", "X")))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    driver.gate.set()
    await stuck
    with pytest.raises(MT5Disconnected):
        await gateway.account()
    assert driver.sent == 0


async def test_an_answer_after_the_deadline_is_none_on_the_given_clock():
    clock = SimulatedClock()

    class Slow(Gated):
        def terminal(self):
            clock.sleep(30)
            return FINE

    gateway = Gateway(Slow(), clock=clock)
    with pytest.raises(MT5Timeout, match="more than 10 s"):
        await gateway.terminal()
    assert await gateway.terminal(deadline=31) == FINE
    gateway.close()


def test_a_deal_told_twice_is_one_deal():
    clock, books = SimulatedClock(), Books("hedging")
    deals = [books.deposit(amount, clock.now() + timedelta(1)) for amount in (5, 7)]
    assert once([deals[1], *deals, deals[0]]) == deals
