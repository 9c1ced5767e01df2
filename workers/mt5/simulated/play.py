"""A simulated market for a gateway in development: synthetic gold, at present times, and a position now and then."""

import asyncio
from decimal import Decimal
from itertools import count

import structlog

from hub.core import clock
from hub.core.nursery import Nursery
from hub.core.settings import Settings
from hub.trading.accounts.gateways import Place
from strategies.candles import Bar
from workers.mt5.clocks import RealClock
from workers.mt5.models import OrderRequest, Side
from workers.mt5.run import run
from workers.mt5.simulated.broker import Broker
from workers.mt5.simulated.driver import SimulatedDriver
from workers.mt5.simulated.listing import symbol
from workers.mt5.simulated.mood import Mood
from workers.source.sample import Sample

log = structlog.get_logger("caerus.mt5")

GOLD = symbol("XAUUSD")
_VOLUME, _DISTANCE = Decimal("0.10"), 10
_MOST = 50
"""Accounts."""
_EVERY = 60
"""Bars between two positions."""


class Play:
    """Brokers with one account each, whose markets move alike. Everything is forgotten with the process.

    `latency` in seconds is of every call; `comment` is of every trade.
    """

    def __init__(self, latency: float, comment: str = "") -> None:
        self._comment = comment
        self._mood = Mood(latency=(latency, latency))
        self._bars = iter(Sample())
        self._first = next(self._bars)
        self._brokers: list[Broker] = []

    def driver(self, place: Place) -> SimulatedDriver:
        """A terminal on an account that has 10,000.00 USD; it takes any password."""
        broker = Broker(GOLD, login=int(place.login), server=place.server, at=clock.now())
        broker.on_bar(GOLD.name, _now(self._first, 1.0), 1)
        self._brokers.append(broker)
        return SimulatedDriver(broker, RealClock(), self._mood)

    async def run(self, pace: float) -> None:
        """A bar every `pace` seconds until cancelled; every so many bars somebody trades, with stop and target."""
        for number in count():
            if number % _EVERY == 0:
                self._trade("buy" if number // _EVERY % 2 == 0 else "sell")
            await asyncio.sleep(pace)
            bar = _now(next(self._bars), pace)
            for broker in self._brokers:
                broker.on_bar(GOLD.name, bar, max(round(pace), 1))

    def _trade(self, side: Side) -> None:
        for broker in self._brokers:
            quote = broker.listings[GOLD.name].quote
            assert quote is not None
            sign, price = (1, quote.ask) if side == "buy" else (-1, quote.bid)
            stop, target = price - sign * _DISTANCE, price + sign * _DISTANCE
            asked = OrderRequest(
                "market", GOLD.name, side, volume=_VOLUME, stop=stop, target=target, comment=self._comment
            )
            broker.submit(asked, clock.now())


def _now(bar: Bar, pace: float) -> Bar:
    """Old prices as if they were of the last `pace` seconds."""
    return bar._replace(time=int(clock.now().timestamp()) - max(round(pace), 1))


async def playing(settings: Settings, redis_url: str, play: Play, pace: float) -> None:
    """A gateway whose terminals are of this market, until cancelled."""
    nursery = Nursery()
    nursery.start(play.run(pace), name="market")
    try:
        await run(settings, redis_url, play.driver, most=_MOST)
    finally:
        await nursery.close()
