"""A terminal that is kept comes back by itself, and takes real time when it is told to."""

import asyncio
import time
from decimal import Decimal

from tests.workers.mt5.markets import LOGIN, Market, walk
from tests.workers.mt5.worst import secrets
from workers.mt5.clocks import RealClock
from workers.mt5.gateway import Gateway
from workers.mt5.journal import Journal
from workers.mt5.keep import keep
from workers.mt5.models import OrderRequest
from workers.mt5.sender import Sender
from workers.mt5.session import SessionManager
from workers.mt5.simulated import CALM, GOLD, Broker, Mood, SimulatedDriver
from workers.mt5.simulated.clock import START


async def until(happened):
    async with asyncio.timeout(20):
        while not happened():
            await asyncio.sleep(0.005)


async def test_a_kept_terminal_comes_back_and_proves_what_was_unknown():
    market, journal = Market(mode="hedging"), Journal(":memory:")
    market.step(next(walk(1, 1)))
    session = SessionManager(market.gateway, secrets(), clock=market.clock)
    sender = Sender(market.gateway, journal, clock=market.clock)
    task = asyncio.ensure_future(keep(session, sender, every=0.005))
    await until(lambda: session.uptime > 0)
    market.driver.mood = Mood(no_answer=1.0)
    request = OrderRequest("market", "GOLD.r", volume=Decimal("0.10"), deviation=50)
    assert (await sender.send("a", request)).state == "unknown"
    market.driver.mood, market.driver._up = CALM, False
    await until(lambda: journal.find("a").outcome.state == "placed" and market.driver._up)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled() and not market.driver._up
    market.gateway.close()


async def test_a_terminal_in_real_time_blocks_its_thread_and_not_the_loop():
    clock = RealClock()
    driver = SimulatedDriver(Broker(GOLD, at=START), clock, Mood(latency=(0.1, 0.1)))
    gateway = Gateway(driver)
    await gateway.connect(LOGIN)
    began, turns = time.monotonic(), 0
    call = asyncio.ensure_future(gateway.positions())
    while not call.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert time.monotonic() - began >= 0.1
    assert await call == [] and turns > 5
    gateway.close()
