"""Markets and gateways for the tests of the MT5 gateway."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random

from strategies.candles import Bar
from workers.mt5.gateway import Gateway
from workers.mt5.models import Credentials
from workers.mt5.simulated import CALM, GOLD, Broker, SimulatedClock, SimulatedDriver
from workers.mt5.simulated.clock import START

MINUTE = 60
LOGIN = Credentials(1, "secret", "Simulated")


def walk(seed, count, *, start=2000.0, step=0.8, floor=None):
    """Minute bars that wander; with a negative start or enough steps below zero too."""
    random, price, time = Random(seed), start, int(START.timestamp())
    for _ in range(count):
        opened = price
        points = [opened, *(opened := round(opened + random.gauss(0, step), 2) for _ in range(4))]
        price = points[-1]
        yield Bar(time, points[0], max(points), min(points), price, 100.0)
        time += MINUTE


class Market:
    """A broker, its clock and a terminal; `step` lets a minute pass."""

    def __init__(self, mood=CALM, seed=1, *, symbols=(GOLD,), **account):
        self.clock = SimulatedClock()
        self.broker = Broker(*symbols, at=self.clock.now(), **account)
        self.driver = SimulatedDriver(self.broker, self.clock, mood, seed)
        self.gateway = Gateway(self.driver, clock=self.clock)

    def step(self, bar, symbol="GOLD.r"):
        closed = datetime.fromtimestamp(bar.time, UTC) + timedelta(seconds=MINUTE)
        self.clock.reach(closed)
        self.driver.arrive()
        self.broker.on_bar(symbol, bar, MINUTE)


@contextmanager
def market(*args, **more):
    made = Market(*args, **more)
    try:
        yield made
    finally:
        made.gateway.close()
