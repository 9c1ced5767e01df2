"""One open socket: who is on it, what it listens to, and when it must go."""

import asyncio
import time
from urllib.parse import urlsplit

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from hub.core import admission, guards, metrics
from hub.core.ids import uuid7
from hub.core.principal import PUBLIC, Principal
from hub.core.problems import Forbidden, Problem, Unauthenticated
from hub.core.resources import Resources
from hub.core.stream import messages
from hub.core.stream.frames import text_frame, transport_of
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
from hub.core.stream.subscription import Subscription
from hub.core.stream.topics import topics

_AUTH_SECONDS = 10
_MAX_BUFFER = 1 << 20
_MAX_TOPICS = 100
_LINGER_SECONDS = 10
_MAX_MESSAGE = 16_384

_decode = msgspec.json.Decoder(Incoming).decode
_encode = msgspec.json.Encoder().encode


class Closed(Exception):
    """The socket must go, with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Socket:
    """The conversation with one client."""

    def __init__(self, websocket: WebSocket, resources: Resources) -> None:
        self._ws, self._res = websocket, resources
        self._transport = transport_of(websocket.scope)
        self._subscriptions: dict[str, Subscription] = {}
        self._who: Principal = PUBLIC

    async def run(self) -> None:
        """From the handshake to the close."""
        await self._ws.accept(subprotocol=messages.SUBPROTOCOL)
        metrics.ws_clients.inc()
        try:
            await self._converse()
        except Closed as closed:
            await self._ws.close(closed.code, closed.reason)
        except WebSocketDisconnect:
            pass
        finally:
            metrics.ws_clients.dec()
            for name, subscription in self._subscriptions.items():
                self._res.feed.leave(name, subscription)

    async def _converse(self) -> None:
        while True:
            seconds = _AUTH_SECONDS if self._who is PUBLIC else self._who.expires_at - time.time()
            try:
                incoming = await asyncio.wait_for(self._receive(), max(seconds, 0))
            except TimeoutError:
                raise Closed(messages.UNAUTHENTICATED, "authenticate, or renew the token") from None
            await self._answer(incoming)

    async def _receive(self) -> Incoming:
        event = await self._ws.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", 1005))
        text = event.get("text")
        if text is None or len(text) > _MAX_MESSAGE:
            raise Closed(messages.PROTOCOL_ERROR, "send text messages of 16 KB at most")
        try:
            incoming: Incoming = _decode(text)
        except (msgspec.DecodeError, RecursionError):
            raise Closed(messages.PROTOCOL_ERROR, "that is not a message of caerus.v1.json") from None
        return incoming

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
        if not await admission.still_good(self._res, who.session_id):
            raise Closed(messages.UNAUTHENTICATED, "the session is over")
        if self._who is not PUBLIC and who.id != self._who.id:
            raise Closed(messages.UNAUTHENTICATED, "a socket belongs to one person")
        self._who = who
        await self._check_topics_again()
        self._send(Ready(str(uuid7()), messages.HEARTBEAT_SECONDS))

    async def _check_topics_again(self) -> None:
        for name in list(self._subscriptions):
            try:
                await topics.admit(self._who, name)
            except Problem:
                self._drop(name)

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
        await topics.admit(self._who, sub.topic)
        if len(self._subscriptions) >= _MAX_TOPICS:
            raise Problem(f"A socket may have {_MAX_TOPICS} topics.")
        self._drop(sub.topic)
        feed, subscription = self._res.feed, Subscription(sub.topic, self._write, self._lost)
        self._subscriptions[sub.topic] = subscription
        feed.join(sub.topic, subscription)
        position = await feed.position(sub.topic)
        missed = await feed.since(sub.topic, sub.since, position) if sub.since else None
        start = sub.since.offset if sub.since and missed is not None else position.offset
        self._send(Subscribed(sub.id, sub.topic, position.epoch, start, missed is not None))
        subscription.go_live(start, missed or [])

    def _drop(self, name: str) -> None:
        if subscription := self._subscriptions.pop(name, None):
            subscription.end()
            self._res.feed.leave(name, subscription)

    def _send(self, message: Outgoing) -> None:
        self._write(text_frame(_encode(message)))

    def _write(self, frames: bytes) -> None:
        if self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > _MAX_BUFFER:
            metrics.ws_slow.inc()
            self._cut(messages.TOO_SLOW)
            return
        self._transport.write(frames)

    def _lost(self) -> None:
        self._cut(messages.OUT_OF_STEP)

    def _cut(self, code: int) -> None:
        """Close from outside the conversation: a client that still reads gets what was sent, and the code."""
        self._transport.write(b"\x88\x02" + code.to_bytes(2, "big"))
        self._transport.close()
        asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._transport.abort)


def same_origin(websocket: WebSocket) -> bool:
    """A browser names its page's origin; only our own pages may open the stream."""
    origin = websocket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == websocket.headers.get("host")


async def endpoint(websocket: WebSocket) -> None:
    """`GET /ws`."""
    if not same_origin(websocket) or messages.SUBPROTOCOL not in websocket.scope["subprotocols"]:
        await websocket.close(1008)
        return
    await Socket(websocket, websocket.state["resources"]).run()
