"""What guard, limits and revocation cost a request: the same hub, the same empty handler, with and without."""

import asyncio
import time
from statistics import median
from urllib.parse import urlsplit

from bench.process import cpu_seconds
from hub.core.ids import uuid7
from hub.core.resources import open_resources
from hub.core.security.tokens import Proof
from hub.identity.users import service as users
from workers.loadtest.wire import load, request
from workers.up.children import Child
from workers.up.stack import Stack, throw_away

ROUNDS, REQUESTS = 7, 6_000
Row = dict[str, object]


async def _token(stack: Stack) -> str:
    async with open_resources(stack.settings, stack.endpoints.dsn, stack.endpoints.redis_url) as res:
        user = await users.ensure(res, "bench@caerus.example", "bench-password", "user")
        return res.tokens.mint(user.id, "user", Proof(uuid7(), "web", ("pwd",), time.time()))


def _measure(stack: Stack, path: str, token: str, connections: int) -> float:
    """Hub CPU in microseconds a request."""
    headers = {"authorization": f"Bearer {token}"}
    one = request("GET", path, urlsplit(stack.base_url).netloc, headers, b"")
    pid = stack.children.pid("serve")
    before = cpu_seconds(pid)
    result = asyncio.run(load(stack.base_url, [one] * REQUESTS, connections=connections))
    assert result.statuses == {200: REQUESTS}, result.statuses
    return (cpu_seconds(pid) - before) / REQUESTS * 1e6


def run() -> list[Row]:
    """Interleaved rounds, medians; alone (one connection) and together (32, which share round trips)."""
    rows = []
    with throw_away(Child("serve", ("serve",), module="bench.open_door"), "relay") as stack:
        token = asyncio.run(_token(stack))
        for connections in (1, 32):
            seen: dict[str, list[float]] = {"/api/v1/bench/open": [], "/api/v1/bench/guarded": []}
            for _ in range(ROUNDS):
                for path, costs in seen.items():
                    costs.append(_measure(stack, path, token, connections))
            without, with_all = (median(costs) for costs in seen.values())
            rows.append(_row(connections, without, with_all))
    return rows


def _row(connections: int, without: float, with_all: float) -> Row:
    return {
        "connections": connections,
        "without us": round(without),
        "with us": round(with_all),
        "guard and limits us": round(with_all - without),
    }


if __name__ == "__main__":
    for row in run():
        print(row)
