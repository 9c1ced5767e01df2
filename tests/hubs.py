"""A hub that tests can talk to over HTTP, and look into."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import msgspec
from caerus_client.keys import decode_secret
from caerus_client.signing import device_headers, fresh_nonce, producer_headers
from msgspec import Struct

from hub.core import relay
from hub.core.bus import open_bus
from hub.core.ids import uuid7
from hub.core.principal import Principal
from hub.core.resources import Resources
from hub.core.security.tokens import Proof
from hub.core.settings import Settings
from hub.identity.users import service as users
from hub.serve import server
from hub.trading.approvals.rules import CONSENT
from hub.trading.devices import service as devices
from hub.trading.producers import service as producers

PASSWORD = "correct horse battery staple"


class Answer(Struct, frozen=True):
    """What the hub said."""

    status: int
    headers: dict[str, str]
    raw: bytes
    cookies: tuple[str, ...] = ()

    @property
    def body(self) -> Any:
        return msgspec.json.decode(self.raw)


class Person(Struct, frozen=True):
    """Somebody signed in."""

    id: UUID
    email: str
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


class RunningHub:
    """A hub on a port, with the resources it holds open."""

    def __init__(self, base_url: str, res: Resources, http: aiohttp.ClientSession) -> None:
        self.base_url, self.res, self.http = base_url, res, http

    async def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """One request; a `bytes` body goes as it is, anything else as JSON."""
        data = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        given = {"content-type": "application/json"} | (headers or {})
        async with self.http.request(method, self.base_url + path, data=data, headers=given) as response:
            lowered = {name.lower(): value for name, value in response.headers.items()}
            cookies = tuple(response.headers.getall("set-cookie", ()))
            return Answer(response.status, lowered, await response.read(), cookies)

    async def person(self, role: str = "user") -> Person:
        """A new person of a role, signed in this moment with both factors."""
        email = f"{uuid4().hex[:12]}@example.com"
        user = await users.create(self.res, email, PASSWORD, role)  # type: ignore[arg-type]
        return Person(user.id, email, self.token(user.id, role))

    def token(self, user_id: UUID, role: str, methods: tuple[str, ...] = ("pwd", "otp"), **proof: Any) -> str:
        """An access token; keyword arguments replace parts of its `Proof`."""
        known = {"session_id": uuid7(), "audience": "web", "methods": methods, "at": time.time()}
        return self.res.tokens.mint(user_id, role, Proof(**(known | proof)))

    async def device(self, person: Person, name: str = "terminal") -> "Device":
        who = Principal("user", str(person.id), person.id, "user")
        made = await devices.register(self.res, who, name, None)
        return Device(self, str(made.device_id), decode_secret(made.device_secret))

    async def producer(self, id: str | None = None) -> "Producer":
        name = id or f"p-{uuid4().hex[:8]}"
        return Producer(self, name, (await producers.ensure(self.res, name)).encode())

    async def rows(self, query: str, *args: Any) -> list[Any]:
        return await self.res.db.fetch(query, *args)

    async def alerts(self, about: object) -> list[str]:
        """Kinds of what the owner is told about somebody or something, in order."""
        query = "select kind from core.alerts where text like '%' || $1 || '%' order by id"
        return [row[0] for row in await self.rows(query, str(about))]

    async def until_waiting(self, count: int) -> None:
        """Until so many statements wait for a row. (A relay that stands by waits for an advisory lock.)"""
        query = """select count(*) from pg_stat_activity
                   where datname = current_database() and wait_event in ('tuple', 'transactionid')"""

        async def reached() -> bool:
            return bool((await self.rows(query))[0][0] >= count)

        await until(reached)

    async def approve(
        self, person: Person, signal_id: str, decision: str = "approved", **more: Any
    ) -> Answer:
        body = {"signal_id": signal_id, "decision": decision, "consent_version": CONSENT.version} | more
        return await self.call("POST", "/api/v1/approve", body, person.bearer)

    async def evidence(self) -> tuple[int, ...]:
        """Signals stored, audit entries, events told of signals: what a refusal must not move."""
        [row] = await self.rows(
            """select (select count(*) from trading.signals), (select count(*) from identity.audit_log),
                 coalesce((select last_offset from core.topics where topic = 'signals'), 0)
                 + (select count(*) from core.outbox where topic = 'signals' and topic_offset is null)"""
        )
        return tuple(row)


class Producer(Struct, frozen=True):
    """Signs as a strategy does."""

    hub: RunningHub
    id: str
    key: bytes

    def headers(self, path: str, raw: bytes, *, skew: float = 0, nonce: str | None = None) -> dict[str, str]:
        """Signed headers; `skew` (s) is how far this producer's clock is off."""
        now, nonce = datetime.now(UTC) + timedelta(seconds=skew), fresh_nonce() if nonce is None else nonce
        return producer_headers(self.key, self.id, "POST", path, raw, now=now, nonce=nonce)

    async def post(self, path: str, body: Any, *, skew: float = 0, nonce: str | None = None) -> Answer:
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return await self.hub.call("POST", path, raw, self.headers(path, raw, skew=skew, nonce=nonce))

    async def signal(self, body: Any, *, skew: float = 0, nonce: str | None = None) -> Answer:
        return await self.post("/api/v1/signals", body, skew=skew, nonce=nonce)

    async def opened(self, **changed: Any) -> str:
        """The id of a new open signal."""
        answer = await self.signal(signal_body(**changed))
        assert answer.status == 201, answer.raw
        return str(answer.body["id"])

    async def cancel(self, signal_id: str, reason: str = "superseded") -> Answer:
        return await self.post(f"/api/v1/signals/{signal_id}/cancel", {"reason": reason})


class Device(Struct, frozen=True):
    """Signs as a terminal does."""

    hub: RunningHub
    id: str
    key: bytes

    async def call(
        self, method: str, path: str, body: Any = None, *, skew: float = 0, nonce: str | None = None
    ) -> Answer:
        raw, now = (
            b"" if body is None else msgspec.json.encode(body),
            datetime.now(UTC) + timedelta(seconds=skew),
        )
        headers = device_headers(self.key, self.id, method, path, raw, now=now, nonce=nonce or fresh_nonce())
        return await self.hub.call(method, path, raw or None, headers)

    async def poll(self, since: str = "", wait: int = 0) -> Answer:
        return await self.call("GET", f"/api/v1/client/poll?since={since}&wait={wait}")

    async def unheard(self, seconds: float) -> None:
        """It was last heard so long ago."""
        query = """update trading.devices set last_seen_at = now() - make_interval(secs => $2)
                   where id = $1::text::uuid"""
        await self.hub.res.db.execute(query, self.id, float(seconds))

    async def ack(self, command_id: str, status: str, **facts: Any) -> Answer:
        body = {"command_id": command_id, "status": status, "at": now_text()} | facts
        return await self.call("POST", "/api/v1/client/ack", body)


async def until(condition: Callable[[], bool | Awaitable[bool]], *, seconds: float = 10) -> None:
    """Wait for a condition, or fail; it is looked at every few milliseconds.

    The deadline is looked at too: on Python 3.11 a condition that asks Redis can swallow the cancellation.
    """
    deadline = time.monotonic() + seconds
    async with asyncio.timeout(seconds):
        while time.monotonic() < deadline:
            holds = condition()
            if holds if isinstance(holds, bool) else await holds:
                return
            await asyncio.sleep(0.005)
    raise TimeoutError


def now_text() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def in_hours(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def signal_body(**changed: Any) -> dict[str, Any]:
    """A good signal; keyword arguments replace parts of it or of its payload."""
    payload: dict[str, Any] = {
        "order_type": "limit",
        "entry": "1626.67",
        "stop": "1592.18",
        "target": "1738.73",
        "expires_at": in_hours(100),
        "strategy": "fib_rsi",
        "setup_id": "XAUUSD_H1_long_1",
        "features": {"rsi": 38.2},
    }
    body: dict[str, Any] = {
        "instrument": "XAUUSD",
        "side": "buy",
        "time": "2026-11-20T10:00:00Z",
        "version": f"1:{uuid4().hex}",
    }
    payload |= {name: value for name, value in changed.items() if name in payload}
    return (
        body | {name: value for name, value in changed.items() if name not in payload} | {"payload": payload}
    )


@asynccontextmanager
async def running_hub(settings: Settings, dsn: str, redis_url: str) -> AsyncIterator[RunningHub]:
    """Start a hub and a relay on this loop; stop both at the end."""
    served = server(settings, dsn, redis_url)
    serving = asyncio.get_running_loop().create_task(served.serve())
    relaying = asyncio.get_running_loop().create_task(
        relay.run(dsn, redis_url, bus_on=partial(open_bus, settings.redis))
    )
    while not served.started:
        if serving.done():
            serving.result()
        await asyncio.sleep(0.01)
    port = served.servers[0].sockets[0].getsockname()[1]
    async with aiohttp.ClientSession() as http:
        yield RunningHub(f"http://127.0.0.1:{port}", served.resources, http)
    relaying.cancel()
    served.should_exit = True
    with suppress(asyncio.CancelledError):
        await asyncio.gather(serving, relaying, return_exceptions=True)
