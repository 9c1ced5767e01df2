"""Subscribers: raw clients of caerus.v1.json that resume by cursor, on another hub after each cut."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Subprotocol

from tests.chaos.stream_model import Got, Place, Stand

_PATIENCE_SECONDS, _QUIET_SECONDS = 10, 5
_LONGEST_WAIT_SECONDS = 0.3
_FAILED = (OSError, ConnectionClosed, InvalidHandshake, InvalidMessage, EOFError)
UNAUTHENTICATED, TOO_SLOW = 4001, 4003


class Way(msgspec.Struct, frozen=True):
    """One way to the stream: a port, and whose clock makes the tokens there."""

    port: int
    hub: str


class Habits(msgspec.Struct, frozen=True):
    """What a client does right. A control takes one away."""

    resumes: bool = True
    loads: bool = True
    lets_go: bool = True


class Subscriber:
    """One person's socket, made again whenever it goes."""

    def __init__(
        self,
        name: str,
        ways: list[Way],
        topics: list[str],
        forbidden: list[str],
        token: Callable[[str], str],
        snapshot: Callable[[str], Awaitable[frozenset[str]]],
        habits: Habits,
        chance: random.Random,
    ) -> None:
        self.name, self._ways, self._habits, self._random = name, ways, habits, chance
        self._mint, self._snapshot = token, snapshot
        self.places = {topic: Place(name, topic) for topic in topics}
        self.places |= {topic: Place(name, topic, entitled=False) for topic in forbidden}
        self.standing: dict[str, tuple[str, int]] = {}
        self.codes: Counter[int] = Counter()
        self.resumes = self.snapshots = self.refusals = 0
        self._turn = chance.randrange(len(ways))
        self._token: dict[str, str] = {}
        self._asked: dict[int, tuple[str, int | None]] = {}
        self._hurry = asyncio.Event()
        self._old: list[tuple[asyncio.Task[None], ClientConnection]] = []

    async def run(self) -> None:
        """Until cancelled."""
        self.renew()
        try:
            while True:
                self._turn += 1
                way = self._ways[self._turn % len(self._ways)]
                with suppress(*_FAILED):
                    await self._converse(way)
                await asyncio.sleep(self._random.uniform(0, _LONGEST_WAIT_SECONDS))
        finally:
            for task, connection in self._old:
                task.cancel()
                connection.transport.abort()

    def renew(self) -> None:
        """A new token for each hub, by its clock of now."""
        self._token = {way.hub: self._mint(way.hub) for way in self._ways}

    def hurry(self) -> None:
        """Give the connection up, whatever is under way on it, and make another."""
        self._hurry.set()

    def stands(self, topic: str) -> int:
        """The last offset in a topic; -1 before there is one."""
        return self.standing[topic][1] if topic in self.standing else -1

    async def _converse(self, way: Way) -> None:
        connection = await _connected(way.port)
        self._hurry.clear()
        reading = asyncio.ensure_future(self._read(connection, way))
        hurried = asyncio.ensure_future(self._hurry.wait())
        try:
            await asyncio.wait([reading, hurried], return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                reading.result()
            elif not self._habits.lets_go:
                self._old.append((reading, connection))
        finally:
            hurried.cancel()
            if self._habits.lets_go or not self._hurry.is_set():
                reading.cancel()
                connection.transport.abort()

    async def _read(self, connection: ClientConnection, way: Way) -> None:
        try:
            await self._open(connection, way)
            while True:
                await self._take(await _next(connection))
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 1006
            self.codes[code] += 1
            if code == UNAUTHENTICATED:
                self._token.pop(way.hub, None)

    async def _open(self, connection: ClientConnection, way: Way) -> None:
        token = self._token.get(way.hub) or self._mint(way.hub)
        self._token[way.hub] = token
        await _send(connection, op="auth", token=token)
        await _next(connection)
        for number, (topic, place) in enumerate(self.places.items()):
            since = self.standing.get(topic) if place.entitled and self._habits.resumes else None
            self._asked[number] = (topic, since[1] if since else None)
            cursor = {"since": {"epoch": since[0], "offset": since[1]}} if since else {}
            await _send(connection, op="sub", id=number, topic=topic, **cursor)

    async def _take(self, message: dict[str, Any]) -> None:
        if message["op"] == "event":
            self._event(message)
        elif message["op"] == "sub":
            await self._stand(message)
        elif message["op"] == "error":
            self.refusals += 1

    def _event(self, message: dict[str, Any]) -> None:
        topic = message["topic"]
        if topic not in self.places:
            self.places[topic] = Place(self.name, topic, entitled=False)
        self.places[topic].records.append(Got(message["offset"], message["type"], message["data"]))
        epoch = self.standing.get(topic, ("", 0))[0]
        self.standing[topic] = (epoch, message["offset"])

    async def _stand(self, message: dict[str, Any]) -> None:
        topic, since = self._asked[message["id"]]
        known: frozenset[str] | None = None
        if not message["recovered"] and topic in self.standing and self._habits.loads:
            known = await self._snapshot(topic) if since is not None else None
            self.snapshots += 1
        self.resumes += message["recovered"]
        stand = Stand(message["offset"], message["recovered"], message["epoch"], since, known)
        self.places[topic].records.append(stand)
        self.standing[topic] = (message["epoch"], message["offset"])


async def _connected(port: int) -> ClientConnection:
    """A connection; one that is being made when we are cancelled is made, and dropped, or it would stay open."""
    connecting = asyncio.ensure_future(_connect(port))
    try:
        return await asyncio.shield(connecting)
    except asyncio.CancelledError:
        await asyncio.wait([connecting])
        with suppress(*_FAILED):
            connecting.result().transport.abort()
        raise


async def _connect(port: int) -> ClientConnection:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        return await connect(
            f"ws://127.0.0.1:{port}/ws",
            subprotocols=[Subprotocol("caerus.v1.json")],
            compression=None,
            max_size=None,
            ping_interval=None,
            close_timeout=0.2,
            proxy=None,
        )


async def _next(connection: ClientConnection) -> dict[str, Any]:
    """The next message; a hub that does not even answer a ping is as good as gone (TimeoutError)."""
    try:
        async with asyncio.timeout(_QUIET_SECONDS):
            return dict(msgspec.json.decode(await connection.recv(decode=False)))
    except TimeoutError:
        await _send(connection, op="ping")
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return dict(msgspec.json.decode(await connection.recv(decode=False)))


async def _send(connection: ClientConnection, **message: Any) -> None:
    await connection.send(msgspec.json.encode(message).decode())
