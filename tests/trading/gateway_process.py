"""The MT5 gateway on simulated terminals that do as they are told, by a line of JSON each on standard input.

Nothing of the gateway is replaced: it runs as `caerus gateway` runs it, but that it looks after its sessions every second.
"""

import os
import sys
import threading
from datetime import timedelta

import msgspec

from hub.commands.process import checked, run
from hub.core import clock
from hub.trading.accounts.gateways import Place
from strategies.candles import Bar
from workers.mt5.clocks import RealClock
from workers.mt5.models import OrderRequest
from workers.mt5.run import run as serve
from workers.mt5.simulated import Broker, Mood, SimulatedDriver, symbol

GOLD = symbol("XAUUSD")
QUICK = Mood(latency=(0.0, 0.0))


class Told(msgspec.Struct, frozen=True):
    """To the terminal on a server: a latency (s), the gold price, a trade's comment, the login it shows."""

    server: str
    latency: float | None = None
    price: float | None = None
    trade: str | None = None
    shows: int | None = None
    offline: bool = False


class Stage:
    """A broker and a terminal for each account."""

    def __init__(self) -> None:
        self._drivers: dict[str, SimulatedDriver] = {}

    def driver(self, place: Place) -> SimulatedDriver:
        at = clock.now() - timedelta(minutes=1)
        broker = Broker(GOLD, login=int(place.login), server=place.server, at=at)
        driver = SimulatedDriver(broker, RealClock(), QUICK, password=os.environ["RIGHT_PASSWORD"])
        self._drivers[place.server] = driver
        self.price(broker, 2000.0)
        return driver

    def price(self, broker: Broker, price: float) -> None:
        now = int(clock.now().timestamp())
        broker.on_bar(GOLD.name, Bar(now - 1, price, price, price, price, 1.0), 1)

    def told(self, what: Told) -> None:
        driver = self._drivers[what.server]
        broker = driver.broker
        if what.latency is not None:
            driver.mood = Mood(latency=(what.latency, what.latency))
        if what.price is not None:
            self.price(broker, what.price)
        if what.trade is not None:
            order = OrderRequest("market", GOLD.name, volume=GOLD.volume_min * 10, comment=what.trade)
            assert broker.submit(order, clock.now()).deal
        if what.shows is not None:
            broker.login = what.shows
        if what.offline:
            driver.mood = Mood(latency=(0.0, 0.0), offline=1.0)

    def listen(self) -> None:
        for line in sys.stdin:
            self.told(msgspec.json.decode(line, type=Told))
            print("done", flush=True)


def main() -> None:
    stage, settings = Stage(), checked(rooms=False)
    threading.Thread(target=stage.listen, daemon=True).start()
    run(settings, "gateway", serve(settings, settings.redis.url, stage.driver, most=10, every=1.0))


if __name__ == "__main__":
    main()
