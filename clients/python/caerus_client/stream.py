"""The live stream: subscribe, follow, and resume after a break without a gap or a repeat.

    async with HubClient("https://hub.example") as hub:
        await hub.login("you@example.com", "...")
        stream = Stream("https://hub.example", hub.token, {SIGNALS: None}, renew=hub.renew)
        async for found in stream.events():
            if isinstance(found, Subscribed) and not found.recovered:
                page = await hub.signals("open")      # the snapshot; what happens meanwhile waits
            elif isinstance(found, Event):
                signal = SIGNALS.read(found)          # a typed `Signal`

The stream is pulled: while the caller is busy nothing is read from the socket, so nothing piles up here. The hub
closes a socket that lags too far behind (4003), and the stream resumes where the caller is. A new token is got and
presented before the last one ends, whatever the caller does meanwhile.
"""

import logging
import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from yarl import URL

from caerus_client.closing import LONG, OUR_FAULT, SIGNED_OUT, After, after_close, after_refusal
from caerus_client.conversation import Conversation, Refused, Told
from caerus_client.errors import ApiProblem, SignedOut, StreamClosed, Unreachable
from caerus_client.frames import WIRES, Auth, Encoding, Event, Frame, Garbage, Ping, Position, Ready, Sent
from caerus_client.place import Subscribed
from caerus_client.retry import Draw, RetryPolicy
from caerus_client.states import Connecting, Ended, Live, Offline, OnState, State
from caerus_client.tokens import ANY_AGE, Keeper, Renew, Token
from caerus_client.topics import Topic
from caerus_client.transport import origin
from caerus_client.waiting import Clock, SystemClock, pause

__all__ = ["Event", "Position", "Refused", "Stream", "Subscribed", "Token", "Told"]

log = logging.getLogger("caerus.stream")

CLOSING = aiohttp.ClientWSTimeout(ws_close=1.0)
READY_WITHIN = 10.0
"""Seconds for a connection, and then for the hub's `ready`."""
BACK_OFF = RetryPolicy(delay=0.5, cap=20.0)


class _Closed(Exception):
    """The connection is over, by the hub's word (`code`) or without one (1006)."""

    def __init__(self, code: int, after: After) -> None:
        super().__init__(f"closed with {code}")
        self.code, self.after = code, after


PASSING = (aiohttp.ClientError, TimeoutError, OSError, Garbage, Unreachable)


class Stream:
    """Follows topics over one socket, reconnecting as long as it makes sense.

    `token` gives the access token in force; an empty one means that nobody is signed in. `renew` gets a new one, in
    time or after the hub refused it (4001), and says False when the session is over. `topics` maps each topic to
    where to go on from, or to None to begin now. `on_state` is told how the stream stands whenever that changes.
    """

    def __init__(
        self,
        base_url: str,
        token: Token,
        topics: Mapping[str, Position | None] | Mapping[Topic[Any], Position | None],
        *,
        renew: Renew | None = None,
        encoding: Encoding = "json",
        retry: RetryPolicy = BACK_OFF,
        on_state: OnState | None = None,
        clock: Clock | None = None,
        draw: Draw = random.random,
    ) -> None:
        self._url = URL(origin(base_url)) / "ws"
        self._wire = WIRES[encoding]
        self._retry, self._draw = retry, draw
        self._on_state = on_state
        self._clock = clock or SystemClock()
        self._tokens = Keeper(token, renew, self._clock, retry, draw)
        self._talk = Conversation({str(name): at for name, at in topics.items()}, retry, draw)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._quiet = READY_WITHIN
        self._failures = 0
        self._since: datetime | None = None
        self.state: State = Ended("stopped")

    @property
    def positions(self) -> dict[str, Position | None]:
        """Where each topic stands: keep it, and a later `Stream` goes on from there."""
        return {name: place.position for name, place in self._talk.places.items()}

    async def events(self) -> AsyncGenerator[Told, None]:
        """Everything that comes, until the caller stops. Raises StreamClosed if reconnecting would not help."""
        try:
            async with aiohttp.ClientSession() as session:
                while True:
                    self._say(Connecting())
                    try:
                        async with aclosing(self._connection(session)) as found:
                            async for each in found:
                                yield each
                    except PASSING as wrong:
                        log.info("stream lost: %s %s", type(wrong).__name__, wrong)
                        closed = _Closed(1006, "retry")
                    except _Closed as wrong:
                        closed = wrong
                    await self._rest(closed)
        finally:
            if not isinstance(self.state, Ended):
                self._say(Ended("stopped"))

    async def follow(self, topic: str | Topic[Any], since: Position | None = None) -> None:
        """Follow one more topic, from now on or from a place."""
        self._talk.follow(str(topic), since)
        await self._flush_if_open()

    async def unfollow(self, topic: str | Topic[Any]) -> None:
        """Leave a topic."""
        self._talk.unfollow(str(topic))
        await self._flush_if_open()

    async def authenticate(self) -> None:
        """Present the token now in force on the open socket, as after a renewal; the topics stay as they are."""
        if self._talk.live:
            await self._present(await self._tokens.token())

    async def _present(self, token: str) -> None:
        self._tokens.took(token)
        self._talk.outbox.append(Auth(token))
        await self._flush_if_open()

    async def _connection(self, session: aiohttp.ClientSession) -> AsyncGenerator[Told, None]:
        token = await self._good_token()
        socket = await self._open(session)
        self._socket = socket
        self._tokens.took(token, ANY_AGE)
        try:
            await self._send(Auth(token))
            while True:
                frame = await self._next(socket)
                told = self._heard(frame) if frame else None
                await self._flush()
                if told is not None:
                    yield told
        finally:
            self._tokens.stop()
            self._socket = None
            self._talk.lost()
            await socket.close()

    async def _good_token(self) -> str:
        try:
            token = await self._tokens.token()
        except ApiProblem as problem:
            raise _Closed(problem.status, "renew" if problem.status == 401 else "retry") from problem
        if not token:
            raise _Closed(SIGNED_OUT, "renew")
        return token

    async def _open(self, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        wanted = self._wire.subprotocol
        try:
            async with self._clock.timeout(READY_WITHIN):
                socket = await session.ws_connect(
                    self._url, protocols=(wanted,), max_msg_size=0, timeout=CLOSING
                )
        except aiohttp.WSServerHandshakeError as refused:
            raise _Closed(refused.status, after_refusal(refused.status)) from refused
        if socket.protocol != wanted:
            await socket.close()
            raise _Closed(1008, "stop")
        return socket

    async def _next(self, socket: aiohttp.ClientWebSocketResponse) -> Frame | None:
        """The next frame; silence is answered with a ping, then with TimeoutError."""
        # measured from here: while the caller was busy nobody listened
        silent_at = self._clock.seconds() + self._patience()
        pinged = False
        while True:
            now = self._clock.seconds()
            if now >= silent_at:
                if pinged or not self._talk.live:
                    raise TimeoutError("the hub is silent")
                pinged, silent_at = True, now + self._patience()
                await self._send(Ping())
            self._talk.retry(now)
            await self._flush()
            wake_at = min(silent_at, self._talk.next_retry() or silent_at)
            with suppress(TimeoutError):
                async with self._clock.timeout(wake_at - now):
                    return self._read(await socket.receive())

    def _patience(self) -> float:
        return self._quiet if self._talk.live else READY_WITHIN

    def _read(self, message: aiohttp.WSMessage) -> Frame | None:
        if message.type is aiohttp.WSMsgType.CLOSE:
            raise _Closed(message.data, after_close(message.data))
        if message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING):
            raise _Closed(1006, "retry")
        kind = aiohttp.WSMsgType.BINARY if self._wire.binary else aiohttp.WSMsgType.TEXT
        if message.type is not kind:
            raise Garbage(f"the hub sent {message.type.name}")
        return self._wire.decode(message.data)

    def _heard(self, frame: Frame) -> Told | None:
        if isinstance(frame, Ready):
            self._quiet = frame.heartbeat
            self._since = None
        else:
            self._failures = 0
        told = self._talk.take(frame, self._clock.seconds())
        if isinstance(frame, Ready):
            self._tokens.begin(self._present)
            self._say(Live())
        return told

    async def _rest(self, closed: _Closed) -> None:
        """Wait as long as this ending asks for. Raises StreamClosed when nothing is to be waited for."""
        if closed.after == "stop":
            self._say(Ended("refused", closed.code))
            raise StreamClosed(closed.code, OUR_FAULT.get(closed.code, "the hub refused the connection"))
        if closed.after == "renew" and not await self._tokens.renewed():
            self._say(Ended("signed_out", closed.code))
            raise SignedOut(closed.code, "the session is over")
        self._failures += 1
        long = LONG + self._draw() * LONG
        seconds = long if closed.after == "rest" else self._retry.pause(self._failures, self._draw)
        self._since = self._since or self._clock.now()
        self._say(Offline(self._since, self._clock.now() + timedelta(seconds=seconds)))
        await pause(self._clock, seconds)

    async def _flush_if_open(self) -> None:
        # on a socket that breaks now nothing is lost: the next connection asks for every topic
        with suppress(OSError, aiohttp.ClientError):
            await self._flush()

    async def _flush(self) -> None:
        while self._talk.outbox and self._socket is not None:
            await self._send(self._talk.outbox.pop(0))

    async def _send(self, message: Sent) -> None:
        if self._socket is None:
            return
        raw = self._wire.encode(message)
        await (self._socket.send_bytes(raw) if self._wire.binary else self._socket.send_str(raw.decode()))

    def _say(self, state: State) -> None:
        if state != self.state:
            self.state = state
            if self._on_state is not None:
                self._on_state(state)
