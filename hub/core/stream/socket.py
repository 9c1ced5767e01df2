"""One open socket: who is on it, what it listens to, and when it must go."""

import asyncio
import time
from collections import deque
from typing import Any

import msgspec
import structlog

from hub.core import admission, guards, metrics
from hub.core.ids import uuid7
from hub.core.principal import PUBLIC, Principal
from hub.core.problems import Forbidden, Problem, Unauthenticated
from hub.core.resources import Resources
from hub.core.stream import messages
from hub.core.stream.frames import Encoding, frame
from hub.core.stream.messages import (
    Auth,
    Failed,
    Incoming,
    Outgoing,
    Ping,
    Pong,
    Ready,
    Sub,
    Subscribed,
    Unsub,
    Unsubscribed,
)
from hub.core.stream.protocol import StreamProtocol
from hub.core.stream.subscription import Subscription
from hub.core.stream.topics import topics

log = structlog.get_logger()

_AUTH_SECONDS = 10
_MAX_TOPICS = 100
_MAX_MESSAGE = 16_384
_INBOX = 32

_from_json = msgspec.json.Decoder(Incoming).decode
_from_msgpack = msgspec.msgpack.Decoder(Incoming).decode
_to_json = msgspec.json.Encoder().encode
_to_msgpack = msgspec.msgpack.Encoder().encode


class Closed(Exception):
    """The socket must go, with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Socket:
    """The conversation with one client. Messages are answered in order, one at a time."""

    __slots__ = (
        "_address",
        "_connection",
        "_deadline",
        "_encoding",
        "_gone",
        "_inbox",
        "_res",
        "_subscriptions",
        "_who",
        "_work",
    )

    def __init__(
        self, connection: StreamProtocol, resources: Resources, address: str, *, packed: bool
    ) -> None:
        self._connection, self._res, self._address = connection, resources, address
        self._encoding = Encoding(packed, connection.compresses)
        self._subscriptions: dict[str, Subscription] = {}
        self._who: Principal = PUBLIC
        self._inbox: deque[Incoming] = deque()
        self._work: asyncio.Task[None] | None = None
        self._gone = False
        self._deadline = self._close_in(_AUTH_SECONDS)
        metrics.ws_clients.inc()

    # The connection tells

    def received(self, data: bytes, *, binary: bool) -> None:
        """A message came."""
        try:
            incoming = self._decode(data, binary)
        except Closed as closed:
            self.end(closed.code, closed.reason)
            return
        self._inbox.append(incoming)
        if self._work is None:
            self._work = self._res.nursery.start(self._answer_all(), name="socket")
        elif len(self._inbox) == _INBOX:
            self._connection.hold(True)

    def lost(self) -> None:
        """The connection is gone: forget everything of it."""
        self._gone = True
        self._deadline.cancel()
        self._inbox.clear()
        metrics.ws_clients.dec()
        for name in list(self._subscriptions):
            self._drop(name)
        if self._who is PUBLIC:
            self._res.sockets.answered(self._address)
        else:
            self._res.sockets.leave(self, self._who)

    def end(self, code: int, reason: str) -> None:
        """Close; the connection tells when it is gone."""
        self._inbox.clear()
        for subscription in self._subscriptions.values():
            subscription.end()
        self._connection.close(code, reason)

    # The client asks

    def _decode(self, data: bytes, binary: bool) -> Incoming:
        if binary is not self._encoding.packed or len(data) > _MAX_MESSAGE:
            raise Closed(messages.PROTOCOL_ERROR, "send messages of the subprotocol, of 16 KB at most")
        try:
            incoming: Incoming = _from_msgpack(data) if binary else _from_json(data)
        except (msgspec.DecodeError, RecursionError):
            raise Closed(messages.PROTOCOL_ERROR, "that is not a message of caerus.v1") from None
        return incoming

    async def _answer_all(self) -> None:
        try:
            while self._inbox and not self._gone:
                await self._answer(self._inbox.popleft())
                if not self._inbox:
                    self._connection.hold(False)
        except Closed as closed:
            self.end(closed.code, closed.reason)
        except Exception as error:
            log.warning("socket.failed", error=type(error).__name__)
            self.end(messages.AWAY, "try again")
        finally:
            self._work = None

    async def _answer(self, incoming: Incoming) -> None:
        if isinstance(incoming, Auth):
            await self._authenticate(incoming)
        elif self._who is PUBLIC:
            raise Closed(messages.UNAUTHENTICATED, "the first message must be auth")
        elif isinstance(incoming, Ping):
            self._send(Pong())
        else:
            await self._change(incoming)

    async def _authenticate(self, auth: Auth) -> None:
        try:
            who = guards.person(self._res, auth.token)
        except (Unauthenticated, Forbidden):
            raise Closed(messages.UNAUTHENTICATED, "the token is not good") from None
        self._become(who)
        if not await admission.still_good(self._res, who.session_id):
            raise Closed(messages.UNAUTHENTICATED, "the session is over")
        await self._check_topics_again()
        self._send(Ready(str(uuid7()), messages.HEARTBEAT_SECONDS))

    def _become(self, who: Principal) -> None:
        """Entered before it is asked whether the session goes on: its end cannot fall in between."""
        if self._who is PUBLIC:
            if not self._res.sockets.enter(self, who):
                raise Closed(messages.LIMITED, "you have too many sockets open")
            self._res.sockets.answered(self._address)
        elif who.id != self._who.id:
            raise Closed(messages.UNAUTHENTICATED, "a socket belongs to one person")
        else:
            self._res.sockets.leave(self, self._who)
            self._res.sockets.enter(self, who)
        self._who = who
        self._deadline.cancel()
        self._deadline = self._close_in(max(who.expires_at - time.time(), 0))

    def _close_in(self, seconds: float) -> asyncio.TimerHandle:
        close = (messages.UNAUTHENTICATED, "authenticate, or renew the token")
        return asyncio.get_running_loop().call_later(seconds, self.end, *close)

    async def _check_topics_again(self) -> None:
        for name in list(self._subscriptions):
            try:
                await topics.admit(self._who, name)
            except Problem:
                # Coming back it asks for each topic, and is told which it may not read.
                raise Closed(messages.OUT_OF_STEP, "what you may read has changed") from None

    async def _change(self, incoming: Sub | Unsub) -> None:
        try:
            if isinstance(incoming, Sub):
                await self._subscribe(incoming)
            else:
                self._drop(incoming.topic)
                self._send(Unsubscribed(incoming.id, incoming.topic))
        except Problem as problem:
            self._send(Failed(problem.document("/ws", ""), incoming.id))

    async def _subscribe(self, sub: Sub) -> None:
        """Listen first, then look where the topic stands: so nothing falls between."""
        await topics.admit(self._who, sub.topic)
        if self._gone:
            return
        self._drop(sub.topic)
        if len(self._subscriptions) >= _MAX_TOPICS:
            raise Problem(f"A socket may have {_MAX_TOPICS} topics.")
        feed = self._res.feed
        subscription = Subscription(self._encoding, self._connection, self._lose)
        self._subscriptions[sub.topic] = subscription
        feed.join(sub.topic, subscription)
        position = await feed.position(sub.topic, sub.since)
        missed = await feed.since(sub.topic, sub.since, position) if sub.since else None
        start = sub.since.offset if sub.since and missed is not None else position.offset
        self._send(Subscribed(sub.id, sub.topic, position.epoch, start, missed is not None))
        subscription.go_live(start, missed or [])

    def _drop(self, name: str) -> None:
        if subscription := self._subscriptions.pop(name, None):
            subscription.end()
            self._res.feed.leave(name, subscription)

    def _send(self, message: Outgoing) -> None:
        payload: Any = _to_msgpack(message) if self._encoding.packed else _to_json(message)
        self._connection.write(frame(payload, self._encoding))

    def _lose(self) -> None:
        self.end(messages.OUT_OF_STEP, "resume")
