"""Run as a process and killed: an EA that serves one poll, and dies with kill -9 where it is told to.

Arguments: hub, folder, moment. Moments: `before` the order reaches the terminal, `after` it has, `never`.
With `forgetful` in the moment the terminal's records, with `careless` the EA's ledger do not outlive the process.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from caerus_client.device import DeviceClient
from caerus_client.ledger import Ledger

from strategies.candles import Bar
from strategies.symbols import symbol
from tests.client.fakehub import DEVICE, DEVICE_SECRET_SHOWN
from workers.simulator import Ea, Terminal

START = 1_704_153_600


class Doomed(Terminal):
    """A terminal whose process is killed around the placing of an order."""

    moment = "never"

    def place(self, order, comment):
        if "before" in self.moment:
            os.kill(os.getpid(), signal.SIGKILL)
        ticket = super().place(order, comment)
        if "after" in self.moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return ticket


async def main(hub: str, folder: str, moment: str) -> None:
    home = Path(folder)
    terminal = Doomed(symbol("XAUUSD"), path=None if "forgetful" in moment else home / "terminal.db")
    terminal.moment = moment
    terminal.on_bar(Bar(START, 2000.0, 2001.0, 1999.0, 2000.0))
    with Ledger(":memory:" if "careless" in moment else home / "ea.db") as ledger:
        async with DeviceClient(hub, DEVICE, DEVICE_SECRET_SHOWN) as client:
            await Ea(terminal, client, ledger).pump()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
