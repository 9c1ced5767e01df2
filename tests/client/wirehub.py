"""A hub's `/ws` on loopback that does what a script says, in either encoding."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

ENCODE: dict[str, Callable[[Any], bytes]] = {
    "json": lambda frame: json.dumps(frame).encode(),
    "msgpack": msgspec.msgpack.encode,
}
DECODE: dict[str, Callable[[Any], Any]] = {"json": json.loads, "msgpack": msgspec.msgpack.decode}


class Peer:
    """One accepted socket, seen from the hub."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request, encoding: str) -> None:
        self.socket, self._request, self._encoding = socket, request, encoding
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.gone, self.ponged = asyncio.Event(), asyncio.Event()
        self.last_id: Any = None

    async def listen(self) -> None:
        kind = WSMsgType.TEXT if self._encoding == "json" else WSMsgType.BINARY
        async for message in self.socket:
            if message.type is WSMsgType.PONG:
                self.ponged.set()
            else:
                assert message.type is kind
                self.inbox.put_nowait(DECODE[self._encoding](message.data))
        self.gone.set()

    async def send(self, frame: dict[str, Any]) -> None:
        await self.raw(ENCODE[self._encoding](frame))

    async def raw(self, message: bytes) -> None:
        if self._encoding == "json":
            await self.socket.send_str(message.decode())
        else:
            await self.socket.send_bytes(message)

    async def event(self, topic: str, offset: int) -> None:
        told = {"op": "event", "topic": topic, "offset": offset, "type": "signal.created"}
        await self.send({**told, "at": "2026-01-01T00:00:00Z", "data": {"n": offset}})

    async def fence(self) -> None:
        """Until the client has taken everything that was sent before."""
        self.ponged.clear()
        await self.socket.ping()
        await self.ponged.wait()

    def drop(self) -> None:
        assert self._request.transport is not None
        self._request.transport.abort()


class Knock:
    """A connection that waits to be let in."""

    def __init__(self, offered: str) -> None:
        self.offered = offered
        self.decision: asyncio.Future[int | tuple[str, ...]] = asyncio.get_running_loop().create_future()
        self.peer: asyncio.Future[Peer] = asyncio.get_running_loop().create_future()

    async def accept(self, *protocols: str) -> Peer:
        self.decision.set_result(protocols)
        return await self.peer


class WireHub:
    """Keeps whoever connects waiting until the script decides."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.knocks: asyncio.Queue[Knock] = asyncio.Queue()
        self.url = ""

    async def __aenter__(self) -> "WireHub":
        app = web.Application()
        app.router.add_get("/ws", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = "http://{}:{}".format(*self._runner.addresses[0][:2])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        knock = Knock(request.headers.get("Sec-WebSocket-Protocol", ""))
        self.knocks.put_nowait(knock)
        decision = await knock.decision
        if isinstance(decision, int):
            return web.Response(status=decision)
        socket = web.WebSocketResponse(protocols=decision, autoping=False)
        await socket.prepare(request)
        peer = Peer(socket, request, self.encoding)
        knock.peer.set_result(peer)
        await peer.listen()
        return socket
