"""Looks of Expert Advisors at their accounts, as many as one hub takes: `python -m bench looks`.

200 accounts with 10 open positions each, every terminal in turn, 32 requests under way. `nothing new`: the account
stands as it did. `all moved`: every position and the equity are others, which is stored and told.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import msgspec
from caerus_client.keys import decode_secret
from caerus_client.signing import device_headers, fresh_nonce
from msgspec import Struct

from bench import accounts
from bench.process import cpu_seconds
from bench.timing import show
from workers.loadtest.wire import Result, load, request
from workers.up.stack import Stack, throw_away

ACCOUNTS, POSITIONS, LOOKS, CONNECTIONS = 200, 10, 15, 32
PATH = "/api/v1/client/snapshot"
Row = dict[str, Any]


class Terminal(Struct, frozen=True):
    """A device, its key, and the login of its account."""

    id: UUID
    key: bytes
    login: str

    def request(self, host: str, seq: int, profit: int) -> bytes:
        """A signed look; `profit` is of each of its positions."""
        now, body = (
            datetime.now(UTC),
            msgspec.json.encode(accounts.look(seq, self.login, [profit] * POSITIONS)),
        )
        headers = device_headers(self.key, str(self.id), "POST", PATH, body, now=now, nonce=fresh_nonce())
        return request("POST", PATH, host, headers | {"content-type": "application/json"}, body)


async def _terminals(stack: Stack) -> list[Terminal]:
    owner = await asyncpg.connect(stack.endpoints.owner_dsn)
    try:
        made = await accounts.opened(stack, owner, ACCOUNTS)
    finally:
        await owner.close()
    return [
        Terminal(each.device_id, decode_secret(each.device_secret), accounts.login(each.device_id))
        for each in made.values()
    ]


class Measured:
    """One hub; the sequence numbers of looks go on from case to case."""

    def __init__(self, stack: Stack) -> None:
        self._stack, self._terminals = stack, asyncio.run(_terminals(stack))
        self._seq = 0

    def looks(self, count: int, moving: bool) -> tuple[Result, float]:
        """So many of each account; and microseconds of the hub's CPU a look."""
        host, requests = urlsplit(self._stack.base_url).netloc, list[bytes]()
        for _ in range(count):
            self._seq += 1
            profit = self._seq if moving else 0
            requests += [each.request(host, self._seq, profit) for each in self._terminals]
        pid = self._stack.children.pid("serve")
        before = cpu_seconds(pid)
        result = asyncio.run(load(self._stack.base_url, requests, connections=CONNECTIONS))
        assert result.statuses == {200: len(requests)}, result.statuses
        return result, (cpu_seconds(pid) - before) / len(requests) * 1e6


def _row(name: str, result: Result, cpu: float) -> Row:
    return {
        f"{ACCOUNTS} accounts, {POSITIONS} positions": name,
        "looks/s": result.rate,
        "p50 ms": result.percentile(0.5),
        "p99 ms": result.percentile(0.99),
        "hub CPU us a look": cpu,
    }


def run() -> list[Row]:
    """Each case after a round that is not measured."""
    with throw_away("serve", "relay", "work") as stack:
        measured = Measured(stack)
        rows = []
        for name, moving in (("nothing new", False), ("all moved", True)):
            measured.looks(2, moving)
            rows.append(_row(name, *measured.looks(LOOKS, moving)))
    return rows


if __name__ == "__main__":
    show("looks", run())
