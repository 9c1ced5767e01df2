"""Sign-ins a second, and what 20 of them a second do to everybody else."""

import asyncio
import time
from statistics import median
from urllib.parse import urlsplit

import msgspec

from hub.core.ids import uuid7
from hub.core.resources import open_resources
from hub.core.security.tokens import Proof
from hub.identity.users import service as users
from workers.loadtest.wire import Result, load, request
from workers.up.children import Child
from workers.up.stack import Stack, throw_away

EMAIL, PASSWORD = "bench@caerus.example", "bench-password"
RATE, LOGINS, SECONDS, ROUNDS, PAIRS = 200, 20, 10, 5, 150
Row = dict[str, object]


async def _token(stack: Stack) -> str:
    async with open_resources(stack.settings, stack.endpoints.dsn, stack.endpoints.redis_url) as res:
        user = await users.ensure(res, EMAIL, PASSWORD, "user")
        return res.tokens.mint(user.id, "user", Proof(uuid7(), "web", ("pwd",), time.time()))


def _login(host: str, email: str = EMAIL, password: str = PASSWORD) -> bytes:
    body = msgspec.json.encode({"email": email, "password": password})
    return request("POST", "/api/v1/auth/login", host, {"content-type": "application/json"}, body)


async def _together(stack: Stack, others: list[bytes], logins: list[bytes]) -> tuple[Result, Result | None]:
    """Both at their rates, from one generator."""
    work = [load(stack.base_url, others, connections=16, rate=RATE)]
    if logins:
        work.append(load(stack.base_url, logins, connections=16, rate=LOGINS))
    done = await asyncio.gather(*work)
    return done[0], done[1] if logins else None


async def _refusals(stack: Stack, host: str) -> tuple[float, float]:
    """Median milliseconds of a refusal for a known and for an unknown e-mail, one after the other, by turns."""
    known, unknown = _login(host, EMAIL, "wrong"), _login(host, "nobody@caerus.example", "wrong")
    took: list[list[float]] = [[], []]
    for number in range(PAIRS):
        order = ((known, 0), (unknown, 1)) if number % 2 else ((unknown, 1), (known, 0))
        for one, which in order:
            took[which] += (await load(stack.base_url, [one], connections=1)).latencies
    return median(took[0]) * 1000, median(took[1]) * 1000


def run() -> list[Row]:
    """Medians of rounds, with and without the sign-ins by turns."""
    # One account signs in all the time: its back-off would be what is measured.
    serve = Child("serve", ("serve",), {"LOGIN_FREE_FAILURES": "1000000", "LOGIN_MAX_FAILURES": "1000000"})
    with throw_away(serve, "relay") as stack:
        token, host = asyncio.run(_token(stack)), urlsplit(stack.base_url).netloc
        other = request("GET", "/api/v1/me", host, {"authorization": f"Bearer {token}"}, b"")
        alone, beside, took = [], [], []
        for _ in range(ROUNDS):
            calm, _nothing = asyncio.run(_together(stack, [other] * (RATE * SECONDS), []))
            busy, logins = asyncio.run(
                _together(stack, [other] * (RATE * SECONDS), [_login(host)] * (LOGINS * SECONDS))
            )
            assert logins and logins.statuses == {200: LOGINS * SECONDS}, logins
            alone.append(calm.percentile(0.99))
            beside.append(busy.percentile(0.99))
            took.append(logins.percentile(0.99))
        known, unknown = asyncio.run(_refusals(stack, host))
        most = asyncio.run(load(stack.base_url, [_login(host)] * 300, connections=8))
    return [
        {
            "p99 ms of others": round(median(alone), 1),
            "with 20 sign-ins/s": round(median(beside), 1),
            "more": round(median(beside) - median(alone), 1),
            "p99 ms of a sign-in": round(median(took)),
            "sign-ins/s at most": round(most.rate, 1),
            "p50 ms, wrong password": round(known, 2),
            "p50 ms, unknown e-mail": round(unknown, 2),
        }
    ]


if __name__ == "__main__":
    for row in run():
        print(row)
