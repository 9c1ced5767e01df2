"""What guard, limits and revocation cost a request: the same hub, the same empty handler, with and without.

Once behind a person's token, once behind a terminal's signature, which is a poll's verification.
"""

import asyncio
import time
from datetime import UTC, datetime
from statistics import median
from urllib.parse import urlsplit
from uuid import UUID

from caerus_client.keys import decode_secret
from caerus_client.signing import device_headers, fresh_nonce
from msgspec import Struct

from bench.process import cpu_seconds
from hub.core.ids import uuid7
from hub.core.principal import Principal
from hub.core.resources import open_resources
from hub.core.security.tokens import Proof
from hub.identity.users import service as users
from hub.trading.devices import service as devices
from workers.loadtest.wire import load, request
from workers.up.children import Child
from workers.up.stack import Stack, throw_away

ROUNDS, REQUESTS = 7, 6_000
WANTED_US = 150
OPEN, GUARDED, SIGNED = (f"/api/v1/bench/{name}" for name in ("open", "guarded", "signed"))
Row = dict[str, object]


class Caller(Struct, frozen=True):
    """A person with a token, and their terminal."""

    base_url: str
    token: str
    device_id: UUID
    key: bytes

    def requests(self, path: str) -> list[bytes]:
        """What is sent in a round; each signed request with a nonce of its own."""
        host = urlsplit(self.base_url).netloc
        if path != SIGNED:
            headers = {"authorization": f"Bearer {self.token}"}
            return [request("GET", path, host, headers, b"")] * REQUESTS
        return [request("GET", path, host, self._signed(path), b"") for _ in range(REQUESTS)]

    def _signed(self, path: str) -> dict[str, str]:
        now, nonce = datetime.now(UTC), fresh_nonce()
        return device_headers(self.key, str(self.device_id), "GET", path, b"", now=now, nonce=nonce)


async def _caller(stack: Stack) -> Caller:
    async with open_resources(stack.settings, stack.endpoints.dsn, stack.endpoints.redis_url) as res:
        user = await users.ensure(res, "bench@caerus.example", "bench-password", "user")
        token = res.tokens.mint(user.id, "user", Proof(uuid7(), "web", ("pwd",), time.time()))
        made = await devices.register(res, Principal("user", str(user.id), user.id, "user"), "bench", None)
        return Caller(stack.base_url, token, made.device_id, decode_secret(made.device_secret))


def _measure(stack: Stack, requests: list[bytes], connections: int) -> float:
    """Hub CPU in microseconds a request."""
    pid = stack.children.pid("serve")
    before = cpu_seconds(pid)
    result = asyncio.run(load(stack.base_url, requests, connections=connections))
    assert result.statuses == {200: REQUESTS}, result.statuses
    return (cpu_seconds(pid) - before) / REQUESTS * 1e6


def run() -> list[Row]:
    """Interleaved rounds, medians; alone (one connection) and together (32, which share round trips)."""
    rows = []
    with throw_away(Child("serve", ("serve",), module="bench.open_door"), "relay") as stack:
        caller = asyncio.run(_caller(stack))
        for connections in (1, 32):
            seen: dict[str, list[float]] = {OPEN: [], GUARDED: [], SIGNED: []}
            for _ in range(ROUNDS):
                for path, costs in seen.items():
                    costs.append(_measure(stack, caller.requests(path), connections))
            rows += _rows(connections, {path: median(costs) for path, costs in seen.items()})
    return rows


def _rows(connections: int, costs: dict[str, float]) -> list[Row]:
    named = {"token, limits, session": GUARDED, "signed by a terminal": SIGNED}
    return [
        {
            "guard": name,
            "connections": connections,
            "without us": round(costs[OPEN]),
            "with us": round(costs[path]),
            "guard us": round(costs[path] - costs[OPEN]),
            f"under {WANTED_US} us": "met" if costs[path] - costs[OPEN] < WANTED_US else "MISSED",
        }
        for name, path in named.items()
    ]


if __name__ == "__main__":
    for row in run():
        print(row)
