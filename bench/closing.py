"""From the quote that trips a guard to the close command at the terminal: `python -m bench closing`.

1,000 open positions on 100 accounts, each with a terminal that waits on its long poll; hub, relay and worker are
processes of their own, terminals are the SDK's. A look at 21 % below the peak is the quote. The 10 s of warning are
taken off: what is left is what the hub adds. `one after another` is a trip every 50 ms; `all at once` is all in the
same moment.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
from caerus_client.device import DeviceClient
from caerus_client.snapshots import Snapshot, SnapshotPosition

from bench.timing import show
from hub.core.clock import rfc3339
from hub.core.ids import uuid7
from hub.core.principal import Principal
from hub.core.resources import open_resources
from hub.trading.closing.rules import WARNING
from hub.trading.devices import service as devices
from workers.up.stack import Stack, throw_away

ACCOUNTS, POSITIONS, ROUNDS, MOST_MS = 100, 10, 5, 250
EVERY_SECONDS = {"one after another": 0.05, "all at once": 0.0}
PEOPLE_SQL = """insert into identity.users (id, email, password_hash, role, created_at, updated_at)
    select n.id, n.id::text || '@caerus.example', '', 'user', now(), now() from unnest($1::uuid[]) as n (id)"""
ACCOUNTS_SQL = """insert into trading.accounts (id, user_id, broker, server, login, name, currency, state, device_id, created_at)
    select gen_random_uuid(), n.person, 'Demo', 'Demo-1', n.login, 'bench', 'USD', 'verified', n.device, now()
    from unnest($1::uuid[], $2::uuid[], $3::text[]) as n (person, device, login)"""


class Terminal:
    """Waits for close commands, and says how long after the quote (less the warning) each came."""

    def __init__(self, client: DeviceClient, login: str) -> None:
        self.client, self._login = client, login
        self._quoted, self._seq = 0.0, 0
        self.answered, self.closed = list[float](), list[float]()

    async def look(self, profit: int) -> None:
        """A look at the account; `profit` is of one of its positions."""
        self._seq += 1
        held = [self._position(number, profit if number == 0 else 0) for number in range(POSITIONS)]
        equity = str(10_000 + profit)
        look = Snapshot(
            seq=self._seq,
            time=rfc3339(datetime.now(UTC)),
            server="Demo-1",
            login=self._login,
            currency="USD",
            balance="10000",
            equity=equity,
            margin="0",
            free_margin=equity,
            positions=tuple(held),
        )
        self._quoted = time.perf_counter()
        await self.client.snapshot(look)

    def _position(self, number: int, profit: int) -> SnapshotPosition:
        return SnapshotPosition(
            ticket=str(number),
            symbol="XAUUSD",
            side="buy",
            volume="0.1",
            open_price="1900",
            price="1900",
            profit=str(profit),
            opened_at=rfc3339(datetime.now(UTC)),
        )

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


def _login(device_id: UUID) -> str:
    return str(device_id.int % 10**15)


async def _terminals(stack: Stack) -> list[Terminal]:
    people, made = [uuid7() for _ in range(ACCOUNTS)], list[tuple[UUID, str]]()
    owner = await asyncpg.connect(stack.endpoints.owner_dsn)
    try:
        await owner.execute(PEOPLE_SQL, people)
        async with open_resources(stack.settings, stack.endpoints.dsn, stack.endpoints.redis_url) as res:
            for person in people:
                who = Principal("user", str(person), person, "user")
                device = await devices.register(res, who, "bench", None)
                made.append((device.device_id, device.device_secret))
        await owner.execute(ACCOUNTS_SQL, people, [id for id, _ in made], [_login(id) for id, _ in made])
    finally:
        await owner.close()
    return [Terminal(DeviceClient(stack.base_url, str(id), secret), _login(id)) for id, secret in made]


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
