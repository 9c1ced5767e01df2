"""The MT5 gateway as a process, at a broker that outlives it: its orders are a file, which the next process reads.

Arguments: that file, and the moment to die in by kill -9: `before` an order reaches the broker, `after` it has, `journalled`
(the journal has the answer, the book of commands not yet), `never`; `blind` neither, and never looks into the broker's books
before it places.
"""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from hub.commands.process import checked, run
from hub.core import clock
from hub.trading.accounts.gateways import Place
from strategies.candles import Bar
from tests.workers.mt5.errands import Unlooking
from workers.mt5 import courier
from workers.mt5 import run as gateway
from workers.mt5.clocks import RealClock
from workers.mt5.journal import Journal
from workers.mt5.models import OrderRequest, OrderResult
from workers.mt5.simulated import Broker, Mood, SimulatedDriver, symbol

GOLD = symbol("XAUUSD")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Lasting(SimulatedDriver):
    """Its broker takes the orders of before again, and writes each down as it takes it."""

    def __init__(self, place: Place, file: Path, moment: str) -> None:
        at = clock.now() - timedelta(minutes=1)
        broker = Broker(GOLD, login=int(place.login), server=place.server, at=at)
        super().__init__(broker, RealClock(), Mood(latency=(0.0, 0.0)))
        broker.on_bar(GOLD.name, Bar(int(at.timestamp()), 2000.0, 2000.0, 2000.0, 2000.0, 1.0), 1)
        self._file, self._moment = file, moment
        for line in file.read_bytes().splitlines() if file.exists() else ():
            broker.submit(msgspec.json.decode(line, type=OrderRequest), at)

    def send(self, request: OrderRequest) -> OrderResult:
        if self._moment == "before":
            die()
        result = super().send(request)
        with self._file.open("ab") as file:
            file.write(msgspec.json.encode(request) + b"\n")
        if self._moment == "after":
            die()
        return result


class Doomed(Journal):
    """Its process dies when it has an order's outcome."""

    def record(self, *given: Any) -> None:
        super().record(*given)
        die()


def main(file: str, moment: str) -> None:
    if moment == "journalled":
        gateway.Journal = Doomed  # type: ignore[misc]
    if moment == "blind":
        courier.Carrier = Unlooking  # type: ignore[attr-defined,misc]
    settings = checked(rooms=False)
    drivers = lambda place: Lasting(place, Path(file), moment)  # noqa: E731
    run(settings, "gateway", gateway.run(settings, settings.redis.url, drivers, every=1.0))


if __name__ == "__main__":
    main(*sys.argv[1:])
