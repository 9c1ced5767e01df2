"""Terminal and EA as a process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import dropwhile, islice
from pathlib import Path

from caerus_client.device import DeviceClient
from caerus_client.ledger import Ledger
from caerus_client.times import Now, utc_now

from strategies.candles import Bar
from strategies.symbols import Symbol
from workers.simulator.ea import Ea
from workers.simulator.terminal import Terminal
from workers.simulator.witness import Identity


async def run(
    symbol: Symbol,
    bars: Iterable[Bar],
    *,
    hub: str,
    device_id: str,
    secret: str,
    folder: str | Path,
    balance: float = 10_000.0,
    spread_points: float = 20.0,
    risk: float = 0.02,
    pace: float = 1.0,
    poll_seconds: int = 25,
    now: Now = utc_now,
    account: Identity | None = None,
) -> None:
    """Serve a device until cancelled; the market moves by one of `bars` every `pace` seconds while there are any.

    With `account` the hub is shown how it stands with every bar. `folder` keeps the terminal's records and the EA's ledger, so that both go on after a restart.
    """
    home = _home(folder)
    terminal = Terminal(
        symbol, balance=balance, spread_points=spread_points, path=home / "terminal.db", now=now
    )
    try:
        with Ledger(home / "ea.db") as ledger:
            async with DeviceClient(hub, device_id, secret, now=now) as client:
                await _serve(
                    Ea(terminal, client, ledger, risk=risk, account=account), bars, pace, poll_seconds
                )
    finally:
        terminal.close()


async def _serve(ea: Ea, bars: Iterable[Bar], pace: float, poll_seconds: int) -> None:
    market = dropwhile(lambda bar: bar.time < ea.terminal.clock, bars)
    # a terminal without a quote would have to refuse what it is sent
    for bar in islice(market, 1):
        ea.on_bar(bar)
    async with asyncio.TaskGroup() as group:
        group.create_task(ea.client.run(ea, ea.ledger, wait=poll_seconds))
        for bar in market:
            ea.on_bar(bar)
            await ea.tell()
            await asyncio.sleep(pace)


def _home(folder: str | Path) -> Path:
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    return home
