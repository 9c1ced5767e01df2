"""How long an account's positions take: as last seen, and seen anew through a terminal whose every call takes 100 ms.

The hub, relay, worker and `caerus gateway --simulated` are processes of their own; latencies count from the intended
time. The peer is an answer that looks at nothing: what it takes is the machine's and the generator's.
"""

import asyncio
import re
import time
import urllib.request
from urllib.parse import urlsplit
from uuid import UUID

from hub.core.ids import uuid7
from hub.core.resources import Resources, open_resources
from hub.core.security.tokens import Proof
from hub.identity.users import service as users
from workers.loadtest.wire import Result, load, request
from workers.up.children import Child
from workers.up.stack import Stack, throw_away

ACCOUNTS, LATENCY_MS = 20, 100
CACHED, CACHED_RATE = 3_000, 100
FRESH, FRESH_RATE = 400, 8
"""Each account is asked for every 2.5 s: what is younger than 1 s the hub does not see anew."""
Row = dict[str, object]


def _gateway() -> Child:
    env = {"MT5_ACCOUNTS": ",".join(f"a{n}" for n in range(ACCOUNTS))}
    for n in range(ACCOUNTS):
        known = {"LOGIN": str(1001 + n), "SERVER": "Simulated", "PASSWORD": "any"}
        env |= {f"MT5_A{n}_{name}": value for name, value in known.items()}
    return Child("gateway", ("gateway", "--simulated", "--latency-ms", str(LATENCY_MS)), env)


async def _prepared(stack: Stack) -> tuple[str, list[UUID]]:
    """A token, and accounts that the gateway has a session with, looked at."""
    async with open_resources(stack.settings, stack.endpoints.dsn, stack.endpoints.redis_url) as res:
        user = await users.ensure(res, "bench@caerus.example", "bench-password", "user")
        ids = [uuid7() for _ in range(ACCOUNTS)]
        await res.db.execute(
            """insert into trading.accounts (id, user_id, broker, server, login, name, state, is_primary, created_at)
            select n.id, $2, 'b', 'Simulated', (1000 + n.n)::text, 'a', 'verified', n.n = 1, now()
            from unnest($1::uuid[]) with ordinality as n (id, n)""",
            ids,
            user.id,
        )
        await asyncio.wait_for(_looked_at(res), 60)
        return res.tokens.mint(user.id, "user", Proof(uuid7(), "web", ("pwd",), time.time())), ids


async def _looked_at(res: Resources) -> None:
    """Until the worker has looked at each account once: what is measured is a hub that runs."""
    while len(await res.db.fetch("select 1 from trading.account_states")) < ACCOUNTS:
        await asyncio.sleep(0.1)


def _seen(stack: Stack) -> int:
    """Looks through a gateway that the hub asked for and got."""
    with urllib.request.urlopen(f"{stack.ops_url}/metrics", timeout=5) as answer:
        found = re.search(r'gateway_looks_total\{result="seen"\} (\S+)', answer.read().decode())
    assert found
    return int(float(found[1]))


class _Caller:
    """A person who reads and refreshes."""

    def __init__(self, stack: Stack, token: str, ids: list[UUID]) -> None:
        self._stack, self._ids = stack, ids
        self._host, self._headers = urlsplit(stack.base_url).netloc, {"authorization": f"Bearer {token}"}

    def _one(self, path: str) -> bytes:
        return request("GET", path, self._host, self._headers, b"")

    async def cached(self, count: int = CACHED, path: str = "/api/v1/positions") -> Result:
        ones = [self._one(path)] * count
        return await load(self._stack.base_url, ones, connections=16, rate=CACHED_RATE)

    async def fresh(self) -> Result:
        paths = [f"/api/v1/accounts/{id}/positions?refresh=true" for id in self._ids]
        ones = [self._one(paths[n % ACCOUNTS]) for n in range(FRESH)]
        return await load(self._stack.base_url, ones, connections=16, rate=FRESH_RATE)


async def _measure(caller: _Caller) -> dict[str, Result]:
    await caller.cached(200)  # warm
    alone = await asyncio.gather(caller.cached(), caller.cached(path="/api/v1/health"))
    done = {"cached": alone[0], "nothing, beside it (peer)": alone[1], "fresh": await caller.fresh()}
    both = await asyncio.gather(caller.cached(FRESH // FRESH_RATE * CACHED_RATE), caller.fresh())
    return done | {"cached, beside fresh": both[0], "fresh, beside cached": both[1]}


def run() -> list[Row]:
    """Percentiles in milliseconds. Of the fresh answers at least four in five were looks that somebody waited for: the
    worker's own may have come within the second before.
    """
    with throw_away("serve", "relay", "work", _gateway()) as stack:
        token, ids = asyncio.run(_prepared(stack))
        done = asyncio.run(_measure(_Caller(stack, token, ids)))
        rows = [_row(how, result) for how, result in done.items()]
        assert all(set(result.statuses) == {200} for result in done.values()), rows
        assert _seen(stack) >= 2 * FRESH * 0.8, _seen(stack)
    return rows


def _row(how: str, result: Result) -> Row:
    p99, most = result.percentile(0.99), 500 if how.startswith("fresh") else 20
    wanted = ("", "") if "peer" in how else (f"p99 under {most} ms", "met" if p99 < most else "MISSED")
    return {
        "positions": how,
        "answers": len(result.latencies),
        "a second": result.rate,
        "p50 ms": result.percentile(0.5),
        "p99 ms": p99,
        "slowest ms": result.percentile(1.0),
        "wanted": wanted[0],
        "": wanted[1],
    }


if __name__ == "__main__":
    for row in run():
        print(row)
