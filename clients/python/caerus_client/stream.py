"""The live stream: subscribe, follow, and resume after a break without a gap or a repeat."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import msgspec
from yarl import URL

from caerus_client.errors import StreamClosed
from caerus_client.retry import RetryPolicy
from caerus_client.transport import origin

log = logging.getLogger("caerus.stream")

SUBPROTOCOL = "caerus.v1.json"
PROTOCOL_ERROR = 4002
CLOSING = aiohttp.ClientWSTimeout(ws_close=1.0)


class Position(msgspec.Struct, frozen=True):
    """A place in a topic's history."""

    epoch: str
    offset: int


class Subscribed(msgspec.Struct, frozen=True):
    """The hub's answer to a subscription. `recovered` False: load a snapshot, go on from `position`."""

    topic: str
    position: Position
    recovered: bool


class Event(msgspec.Struct, frozen=True):
    """One event of a topic. `at` is RFC 3339."""

    topic: str
    offset: int
    type: str
    at: str
    data: Any


class Refused(msgspec.Struct, frozen=True):
    """The hub refused a message, for instance a topic that is not ours; `problem` is its problem document."""

    topic: str | None
    problem: dict[str, Any]


class _Frame(msgspec.Struct):
    op: str
    id: Any = None
    topic: str = ""
    epoch: Any = None
    offset: int = 0
    recovered: bool = False
    type: str = ""
    at: str = ""
    data: Any = None
    heartbeat: float = 25.0
    problem: dict[str, Any] = {}


Token = Callable[[], Awaitable[str]]


class Stream:
    """Follows topics over one socket, reconnecting as long as it makes sense.

    `token` gives an access token each time a connection is made. `topics` maps a topic to where to go on from, or
    to None to begin with what comes next.
    """

    def __init__(
        self,
        base_url: str,
        token: Token,
        topics: dict[str, Position | None],
        *,
        retry: RetryPolicy | None = None,
    ) -> None:
        self._url = URL(origin(base_url)) / "ws"
        self._token = token
        self._retry = retry or RetryPolicy(delay=0.5, cap=20.0)
        self.positions = dict(topics)
        self._ids = {str(number): topic for number, topic in enumerate(topics, start=1)}

    async def events(self) -> AsyncIterator[Event | Subscribed | Refused]:
        """Everything that comes, until the caller stops. Raises StreamClosed if reconnecting would not help."""
        failures = 0
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.ws_connect(
                        self._url, protocols=(SUBPROTOCOL,), max_msg_size=0, timeout=CLOSING
                    ) as socket:
                        async for found in self._follow(socket):
                            failures = 0
                            yield found
                    self._ended(socket)
                except (aiohttp.ClientError, TimeoutError, OSError) as wrong:
                    log.info("stream lost: %s %s", type(wrong).__name__, wrong)
                failures += 1
                await asyncio.sleep(self._retry.pause(failures))

    async def _follow(
        self, socket: aiohttp.ClientWebSocketResponse
    ) -> AsyncIterator[Event | Subscribed | Refused]:
        await _send(socket, {"op": "auth", "token": await self._token()})
        quiet = 25.0
        while (frame := await _receive(socket, quiet)) is not None:
            if frame.op == "ready":
                quiet = frame.heartbeat
                await self._subscribe(socket)
            elif frame.op == "sub":
                yield self._subscribed(frame)
            elif frame.op == "event" and self._is_new(frame):
                yield Event(frame.topic, frame.offset, frame.type, frame.at, frame.data)
            elif frame.op == "error":
                yield Refused(self._ids.get(str(frame.id)), frame.problem)

    async def _subscribe(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        for number, topic in self._ids.items():
            since = self.positions[topic]
            ask: dict[str, Any] = {"op": "sub", "id": number, "topic": topic}
            await _send(socket, ask if since is None else {**ask, "since": msgspec.to_builtins(since)})

    def _subscribed(self, frame: _Frame) -> Subscribed:
        asked = self.positions.get(frame.topic)
        position = Position(frame.epoch, frame.offset)
        # after a recovery the missed events are still to come, so the place we asked from stands
        if not (frame.recovered and asked is not None):
            self.positions[frame.topic] = position
        return Subscribed(frame.topic, position, frame.recovered)

    def _is_new(self, frame: _Frame) -> bool:
        known = self.positions.get(frame.topic)
        if known is None or frame.offset <= known.offset:
            return False
        self.positions[frame.topic] = Position(known.epoch, frame.offset)
        return True

    @staticmethod
    def _ended(socket: aiohttp.ClientWebSocketResponse) -> None:
        if socket.close_code == PROTOCOL_ERROR:
            raise StreamClosed(socket.close_code, "protocol error")
        log.info("stream closed by the hub with %s", socket.close_code)


async def _send(socket: aiohttp.ClientWebSocketResponse, message: dict[str, Any]) -> None:
    await socket.send_str(msgspec.json.encode(message).decode())


async def _receive(socket: aiohttp.ClientWebSocketResponse, quiet: float) -> _Frame | None:
    """The next frame; None when the socket has closed. Silence is answered with a ping, then with TimeoutError."""
    for last_chance in (False, True):
        try:
            message = await socket.receive(timeout=quiet)
        except TimeoutError:
            if last_chance:
                raise
            await _send(socket, {"op": "ping"})
            continue
        if message.type is aiohttp.WSMsgType.TEXT:
            return msgspec.json.decode(message.data, type=_Frame, strict=False)
        return None
    raise AssertionError("unreachable")
