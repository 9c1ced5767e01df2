"""From the quote that trips a guard to the close command at the terminal: `python -m bench closing`.

1,000 open positions on 100 accounts, each with a terminal that waits on its long poll; hub, relay and worker are
processes of their own, terminals are the SDK's. A look at 21 % below the peak is the quote. The 10 s of warning are
taken off: what is left is what the hub adds. `one after another` is a trip every 50 ms; `all at once` is all in the
same moment.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import asyncpg
import numpy as np
from caerus_client.device import DeviceClient

from bench import accounts
from bench.timing import show
from hub.trading.closing.rules import WARNING
from workers.up.stack import Stack, throw_away

ACCOUNTS, POSITIONS, ROUNDS, MOST_MS = 100, 10, 5, 250
EVERY_SECONDS = {"one after another": 0.05, "all at once": 0.0}


class Terminal:
    """Waits for close commands, and says how long after the quote (less the warning) each came."""

    def __init__(self, client: DeviceClient, login: str) -> None:
        self.client, self._login = client, login
        self._quoted, self._seq = 0.0, 0
        self.answered, self.closed = list[float](), list[float]()

    async def look(self, profit: int) -> None:
        """A look at the account; `profit` is of one of its positions."""
        self._seq += 1
        look = accounts.look(self._seq, self._login, [profit] + [0] * (POSITIONS - 1))
        self._quoted = time.perf_counter()
        await self.client.snapshot(look)

    async def trip(self, after: float) -> None:
        await asyncio.sleep(after)
        await self.look(-2_100)
        self.answered.append(time.perf_counter() - self._quoted)

    async def closes(self) -> None:
        """Until every position was told to close."""
        found, cursor = set[str](), None
        while len(found) < POSITIONS:
            answer = await self.client.poll(cursor, wait=25)
            late = time.perf_counter() - self._quoted - WARNING.total_seconds()
            new = {str(each.id) for each in answer.commands} - found
            self.closed += [late] * len(new)
            found, cursor = found | new, answer.cursor


async def _terminals(stack: Stack) -> list[Terminal]:
    owner = await asyncpg.connect(stack.endpoints.owner_dsn)
    try:
        made = await accounts.opened(stack, owner, ACCOUNTS)
    finally:
        await owner.close()
    return [
        Terminal(
            DeviceClient(stack.base_url, str(each.device_id), each.device_secret),
            accounts.login(each.device_id),
        )
        for each in made.values()
    ]


async def _measure(stack: Stack, every: float) -> list[Terminal]:
    terminals = await _terminals(stack)
    for terminal in terminals:
        await terminal.client.__aenter__()
    try:
        await asyncio.gather(*(terminal.look(0) for terminal in terminals))
        waiting = [asyncio.create_task(terminal.closes()) for terminal in terminals]
        await asyncio.gather(*(each.trip(number * every) for number, each in enumerate(terminals)))
        await asyncio.gather(*waiting)
    finally:
        for terminal in terminals:
            await terminal.client.__aexit__(None, None, None)
    return terminals


def _row(name: str, rounds: list[list[Terminal]]) -> dict[str, Any]:
    """Percentiles are of all commands of a round; the median of the rounds is shown, and the worst p99."""
    of = [[each for terminal in found for each in terminal.closed] for found in rounds]
    p50s, p99s = (np.percentile(np.array(of) * 1e3, q, axis=1) for q in (50, 99))
    answered = [each for found in rounds for terminal in found for each in terminal.answered]
    p99 = float(np.median(p99s))
    return {
        "1,000 positions": name,
        "look answered p99 ms": float(np.percentile(answered, 99)) * 1e3,
        "quote to close p50 ms": float(np.median(p50s)),
        "p99 ms": p99,
        "worst p99 ms": float(p99s.max()),
        f"p99 under {MOST_MS} ms": "met" if p99 < MOST_MS else "MISSED",
    }


def run() -> list[dict[str, Any]]:
    """Milliseconds the hub adds to the 10 s of warning."""
    with throw_away("serve", "relay", "work") as stack:
        return [
            _row(name, [asyncio.run(_measure(stack, every)) for _ in range(ROUNDS)])
            for name, every in EVERY_SECONDS.items()
        ]


if __name__ == "__main__":
    show("closing", run())
