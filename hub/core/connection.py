"""HTTP connections that cannot be held open or filled by somebody who never finishes a request.

uvicorn bounds neither the size of a request's head nor the time it may take; this protocol does. What cannot
be parsed is refused as a problem, like everything else.
"""

from asyncio import Event, TimerHandle
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hub.core.problems import plain
from hub.core.settings import ServeSettings

_LINES = {
    400: b"HTTP/1.1 400 Bad Request\r\n",
    408: b"HTTP/1.1 408 Request Timeout\r\n",
    431: b"HTTP/1.1 431 Request Header Fields Too Large\r\n",
}


class _Pipeline(list[Any]):
    """A queue that is nearly always empty. An empty deque holds 600 bytes, and thousands of polls are parked."""

    def appendleft(self, item: Any) -> None:
        self.insert(0, item)


def _slim(event: Event) -> None:
    """The same for an event's queue of who waits: never more than one."""
    waiters: Any = []
    event._waiters = waiters


class BoundedHttp(HttpToolsProtocol):
    """`head_bytes` and `head_seconds` bound the request line and headers together."""

    # Slots: with them in it, the dictionary would be too big to share its keys (1.3 KB a connection).
    __slots__ = ("_head", "_head_open", "_late", "_whole_app")
    head_bytes = 16_384
    head_seconds = 10.0

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.pipeline: Any = _Pipeline()
        self._head = 0
        self._head_open = True
        self._late: TimerHandle | None = None
        self._whole_app = self.app

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        _slim(self.flow._is_writable_event)
        self._late = self.loop.call_later(self.head_seconds, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._on_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._head_open or self.transport.is_closing():
            return
        self._head += len(data)
        if self._head > self.head_bytes:
            self._refuse(431, _too_large(self.head_bytes))

    def on_message_begin(self) -> None:
        self._head_open, self._head = True, 0
        if self._late is None:
            self._late = self.loop.call_later(self.head_seconds, self._head_is_late)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head_open = False
        self._on_time()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        # A head that came in one piece is whole already: its request is answered, by somebody else.
        self.app = self._whole_app if size <= self.head_bytes else self._oversized
        cycle = self.cycle
        super().on_headers_complete()
        if self.cycle is not cycle:
            _slim(self.cycle.message_event)

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, "That is not HTTP as we speak it.")

    def _head_is_late(self) -> None:
        self._late = None
        if not self.transport.is_closing():
            self._refuse(408, f"The head of a request must arrive within {self.head_seconds:g} s.")

    def _on_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _refuse(self, status: int, detail: str) -> None:
        body = msgspec.json.encode(plain(status, detail, "", ""))
        head = b"content-type: application/problem+json\r\nconnection: close\r\n"
        head += b"content-length: " + str(len(body)).encode() + b"\r\n\r\n"
        self.transport.write(_LINES[status] + head + body)
        self.transport.close()

    @property
    def _oversized(self) -> ASGIApp:
        async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
            document = plain(431, _too_large(self.head_bytes), scope["path"][:200], "")
            response = Response(
                msgspec.json.encode(document), 431, {"connection": "close"}, "application/problem+json"
            )
            await response(scope, receive, send)

        return refuse


def _too_large(limit: int) -> str:
    return f"The request line and headers may have {limit} bytes together."


def bounded(settings: ServeSettings) -> type[BoundedHttp]:
    """The protocol with this hub's bounds."""
    bounds = {"head_bytes": settings.header_bytes, "head_seconds": settings.header_seconds}
    return type("BoundedHttp", (BoundedHttp,), {"__slots__": ()} | bounds)
