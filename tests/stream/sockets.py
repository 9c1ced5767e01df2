"""A real WebSocket client that speaks caerus.v1 in JSON or MessagePack, and events to listen to."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import jwt
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from hub.core import outbox
from hub.core.outbox import Event
from tests.hubs import Person, RunningHub, until

PROTOCOL, PACKED = "caerus.v1.json", "caerus.v1.msgpack"


class Stream:
    """One socket: what it was sent, in order; events are set apart from answers."""

    def __init__(self, hub: RunningHub, connection: ClientConnection) -> None:
        self.hub, self.connection = hub, connection
        self.events: list[dict[str, Any]] = []
        self._number = 0

    async def send(self, **message: Any) -> None:
        packed = self.connection.subprotocol == PACKED
        await self.connection.send(
            msgspec.msgpack.encode(message) if packed else msgspec.json.encode(message).decode()
        )

    async def receive(self, seconds: float = 10) -> dict[str, Any]:
        async with asyncio.timeout(seconds):
            message = await self.connection.recv()
        codec = msgspec.json if isinstance(message, str) else msgspec.msgpack
        return dict(codec.decode(message))

    async def answer(self, op: str) -> dict[str, Any]:
        """The next message of this kind; events on the way are kept."""
        while True:
            message = await self.receive()
            if message["op"] == "event":
                self.events.append(message)
            else:
                assert message["op"] == op, message
                return message

    async def auth(self, token: str) -> dict[str, Any]:
        await self.send(op="auth", token=token)
        return await self.answer("ready")

    async def sub(self, topic: str, since: dict[str, Any] | None = None) -> dict[str, Any]:
        """Take a topic up: from now on, after what the test did before, or from a place."""
        if since is None:
            await until(lambda: relayed(self.hub, topic))
        self._number += 1
        await self.send(op="sub", id=self._number, topic=topic, **({"since": since} if since else {}))
        return await self.answer("sub")

    async def refused(self, **message: Any) -> dict[str, Any]:
        await self.send(**message)
        return await self.answer("error")

    async def take(self, count: int) -> list[dict[str, Any]]:
        """The next events, in the order they came."""
        while len(self.events) < count:
            message = await self.receive()
            assert message["op"] == "event", message
            self.events.append(message)
        taken, self.events = self.events[:count], self.events[count:]
        return taken

    async def quiet(self) -> bool:
        """Whether nothing is on its way: a pong comes after everything sent before it."""
        await self.send(op="ping")
        await self.answer("pong")
        return not self.events

    async def close_code(self, seconds: float = 15) -> int:
        """Read until the hub closes, and tell with which code."""
        try:
            while True:
                await self.receive(seconds)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


@asynccontextmanager
async def opened(
    hub: RunningHub, *, protocols: Sequence[str] = (PROTOCOL,), **options: Any
) -> AsyncIterator[Stream]:
    """A socket that has not said who it is."""
    url = hub.base_url.replace("http", "ws") + "/ws"
    names = [Subprotocol(name) for name in protocols]
    options = {"compression": None, "max_size": None} | options
    async with connect(url, subprotocols=names or None, **options) as connection:
        yield Stream(hub, connection)


@asynccontextmanager
async def signed_in(hub: RunningHub, person: Person | None = None) -> AsyncIterator[Stream]:
    """A person's socket."""
    async with opened(hub) as stream:
        await stream.auth((person or await hub.person()).token)
        yield stream


def fresh_topic() -> str:
    """A topic nobody else uses, that everybody may read."""
    return f"candles:T{uuid4().hex[:12].upper()}"


async def tell(hub: RunningHub, topic: str, count: int, *, start: int = 1, size: int = 0) -> None:
    """Append events to a topic in one transaction; each holds its number, and `size` bytes."""
    padding = "x" * size
    events = [
        Event(topic, "candle.closed", topic, "test", {"n": start + n, "x": padding}) for n in range(count)
    ]
    async with hub.res.db.transaction() as tx:
        await outbox.append(tx, hub.res.redis, events)


async def relayed(hub: RunningHub, topic: str) -> bool:
    """Whether nothing of this topic waits to be published."""
    return not await hub.rows("select 1 from core.outbox where topic = $1 limit 1", topic)


async def published(hub: RunningHub, topic: str) -> int:
    return await hub.res.feed.bus.offset(topic) or 0


def minted(
    hub: RunningHub, person: Person, *, seconds: float = 900, role: str = "user", **changed: Any
) -> str:
    """A token of the hub's own key, with a life of our choosing; None removes a claim."""
    now = datetime.now(UTC).timestamp()
    claims = {
        "sub": str(person.id),
        "role": role,
        "iat": int(now),
        "nbf": int(now),
        "exp": now + seconds,
        "iss": "caerus",
        "aud": "web",
        "jti": uuid4().hex,
        "sid": str(uuid4()),
        "amr": ["pwd"],
        "auth_time": int(now),
    }
    kept = {name: value for name, value in (claims | changed).items() if value is not None}
    kid, key = hub.res.tokens.ring.signing
    return jwt.encode(kept, key, "RS256", headers={"typ": "at+jwt", "kid": kid})
