"""From a stored signal to the orders of everybody who copies it: `python -m bench copying`.

500 people with an account of 10,000.00 USD and a terminal each; hub, relay and worker are processes of their own. A
time is from the signal's `created_at` to an order's `issued_at`, which is just before its commit. The peer asks one
person after the other (`COPY_AT_ONCE=1`).
"""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np

from bench import accounts
from bench.ingest import signals
from bench.timing import show
from hub.core.resources import open_resources
from hub.trading.copying import consent
from hub.trading.producers import service as producers
from workers.loadtest.wire import load
from workers.up.stack import Stack, throw_away

PEOPLE, ROUNDS, PATIENCE_SECONDS = 500, 5, 120
_STATES = """insert into trading.account_states (account_id, seq, taken_at, received_at, balance, equity, margin,
    free_margin, peak_equity, day_equity, day, leverage, connected, trade_allowed, algo_allowed, skew_ms, day_at)
    select n.id, 1, now(), now(), 1000000, 1000000, 0, 1000000, 1000000, 1000000, current_date, 100, true, true, true,
    0, now() from unnest($1::uuid[]) as n (id)
    on conflict (account_id) do update set taken_at = now(), received_at = now()"""
_APPROVED = """with made as (
        insert into trading.approvals (id, signal_id, user_id, decision, consent_version, ua, created_at, decided_by)
        select gen_random_uuid(), s.id, n.id, 'approved', 'bench', 'bench', now(), n.id
        from unnest($1::uuid[]) as n (id), trading.signals as s
        returning id, signal_id, user_id
    )
    insert into trading.commands (id, approval_id, signal_id, user_id, kind, issued_at, expires_at)
    select gen_random_uuid(), id, signal_id, user_id, 'open', now(), now() from made"""
_COPIERS = """insert into trading.copiers (user_id, enabled, consent_version, multiplier_bp, since)
    select n.id, true, $2, 10000, now() from unnest($1::uuid[]) as n (id)"""
_LATE = """select extract(epoch from c.issued_at - s.created_at)::float8 from trading.commands as c
    join trading.signals as s on s.id = c.signal_id
    join trading.copy_placements as p on p.signal_id = s.id and p.user_id = c.user_id and p.outcome = 'placed'
    where s.id = $1 and c.kind = 'open' order by 1"""


class Floor:
    """A stack with people who copy one strategy."""

    def __init__(self, stack: Stack, owner: Any, key: bytes, people: list[UUID]) -> None:
        self._stack, self._owner, self._key, self._people = stack, owner, key, people

    async def signal(self) -> UUID:
        """A new one."""
        [request] = signals(self._stack.base_url, "bench", self._key, 1)
        result = await load(self._stack.base_url, [request], connections=1)
        assert result.statuses == {201: 1}, result.statuses
        id: UUID = await self._owner.fetchval("select id from trading.signals order by id desc limit 1")
        return id

    async def earn(self) -> None:
        """Everybody has approved once by hand; from then on they copy."""
        await self.signal()
        await self._owner.execute(_APPROVED, self._people)
        await self._owner.execute(_COPIERS, self._people, consent.current().version)

    async def round(self) -> list[float]:
        """How long after a signal each order was there, in seconds."""
        await self._owner.execute(_STATES, self._people)
        id, deadline = await self.signal(), time.monotonic() + PATIENCE_SECONDS
        while len(late := await self._owner.fetch(_LATE, id)) < PEOPLE:
            assert time.monotonic() < deadline, await self._why(id)
            await asyncio.sleep(0.25)
        return [row[0] for row in late]

    async def _why(self, id: UUID) -> list[Any]:
        query = (
            "select outcome, reason, count(*) from trading.copy_placements where signal_id = $1 group by 1, 2"
        )
        return [tuple(row) for row in await self._owner.fetch(query, id)]


async def _floor(stack: Stack, owner: Any) -> Floor:
    people = list(await accounts.opened(stack, owner, PEOPLE))
    async with open_resources(stack.settings, stack.endpoints.dsn, stack.endpoints.redis_url) as res:
        key = (await producers.ensure(res, "bench")).encode()
    return Floor(stack, owner, key, people)


async def _measure(stack: Stack) -> list[list[float]]:
    owner = await asyncpg.connect(stack.endpoints.owner_dsn)
    try:
        floor = await _floor(stack, owner)
        await floor.earn()
        return [await floor.round() for _ in range(ROUNDS)]
    finally:
        await owner.close()


def _row(name: str, rounds: list[list[float]]) -> dict[str, Any]:
    """Percentiles of a round's orders; medians of the rounds."""
    p50, p99, last = (float(np.median(np.percentile(rounds, q, axis=1))) for q in (50, 99, 100))
    return {f"{PEOPLE} who copy": name, "p50 s": p50, "p99 s": p99, "last s": last, "orders/s": PEOPLE / last}


def run() -> list[dict[str, Any]]:
    """Seconds from signal to order, several at once and one after the other."""
    rows = []
    for name, more in (("as it is", {}), ("one after the other (peer)", {"COPY_AT_ONCE": "1"})):
        os.environ |= {"COPY_EARNED_APPROVALS": "1", "COPY_KEEP_HOURS": "false", **more}
        with throw_away("serve", "relay", "work") as stack:
            rows.append(_row(name, asyncio.run(_measure(stack))))
    return rows


if __name__ == "__main__":
    show("copying", run())
