"""What wraps every request: its id, its log line, its metrics, and problems for everything that fails.

Plain ASGI, one layer: it sits on every request's path.
"""

import re
import time
from functools import cache
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import structlog
from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.core import db, metrics, redis, server_span, tracing
from hub.core.addresses import Gate
from hub.core.cors import Cors, Header, header
from hub.core.problems import Forbidden, Invalid, Problem, Unavailable, plain

access = structlog.get_logger("access")

_REQUEST_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
_SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (
        b"content-security-policy",
        b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        b"connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
    ),
]
_HTTPS = [(b"strict-transport-security", b"max-age=31536000; includeSubDomains")]
_NOT_KEPT = [(b"cache-control", b"no-store")]


class Blocked(Forbidden):
    title = "Address blocked"

    def __init__(self) -> None:
        super().__init__("Requests from your address are not taken.")


class Envelope:
    """The outermost layer."""

    def __init__(self, app: ASGIApp, gate: Gate, cors: Cors, *, https: bool) -> None:
        self.app, self.gate, self.cors = app, gate, cors
        self.fixed = _SECURITY + (_HTTPS if https else [])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        address = scope["caerus.address"] = self.gate.client(scope)
        scope["caerus.exempt"] = self.gate.allows(address)
        if scope["type"] == "http":
            exchange = _Exchange(self, scope, send)
            await (exchange.traced if tracing.on() else exchange.run)(self.app, receive)
        elif self.gate.blocks(address):
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "address blocked"})
        else:
            await self.app(scope, receive, send)


class _Exchange:
    """One request and its answer."""

    __slots__ = ("_began", "_envelope", "_id", "_origin", "_scope", "_send", "_status")

    def __init__(self, envelope: Envelope, scope: Scope, send: Send) -> None:
        self._envelope, self._scope, self._send = envelope, scope, send
        self._id = scope["caerus.request_id"] = _request_id(scope)
        self._origin = header(scope["headers"], b"origin")
        self._status = 0
        self._began = time.perf_counter()

    async def traced(self, app: ASGIApp, receive: Receive) -> None:
        with server_span.begin(self._scope, self._id) as span:
            try:
                await self.run(app, receive)
            finally:
                server_span.answered(span, self._scope["method"], self._template(), self._status)

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        structlog.contextvars.bind_contextvars(request_id=self._id)
        try:
            if self._envelope.gate.blocks(self._scope["caerus.address"]):
                raise Blocked
            if self._scope["method"] == "OPTIONS" and self._origin:
                await self._preflight(self._origin)
            else:
                await app(self._scope, receive, self._sent)
        except Exception as error:
            if self._status:
                raise
            await self._refuse(error)
        finally:
            self._record()
            structlog.contextvars.clear_contextvars()

    async def _preflight(self, origin: bytes) -> None:
        cors = self._envelope.cors
        if not cors.allows(origin, self._scope["path"]):
            raise Forbidden("Pages of this origin may not call this address.")
        await self._sent({"type": "http.response.start", "status": 204, "headers": cors.preflight(origin)})
        await self._send({"type": "http.response.body", "body": b""})

    async def _sent(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message["headers"] = [*message["headers"], *self._added(message["headers"])]
        await self._send(message)

    def _added(self, given: list[Header]) -> list[Header]:
        """What every answer carries besides its own headers."""
        scope, added = self._scope, [(b"x-request-id", self._id.encode()), *self._envelope.fixed]
        if limits := scope.get("caerus.headers"):
            added += [(name.lower().encode(), value.encode()) for name, value in limits.items()]
        if scope["path"].startswith("/api/"):
            if header(given, b"cache-control") is None:
                added += _NOT_KEPT
            if self._origin and scope["method"] != "OPTIONS":
                allowed = self._envelope.cors.allows(self._origin, scope["path"])
                added += self._envelope.cors.answer(self._origin) if allowed else []
        return added

    async def _refuse(self, error: Exception) -> None:
        path = self._scope["path"]
        headers: dict[str, str] = {}
        if isinstance(error, asyncpg.DataError):
            error = Invalid("A value cannot be stored: it holds a NUL character, or a time out of range.")
        if isinstance(error, (*db.AWAY, *redis.AWAY)):
            structlog.get_logger().warning("request.unavailable", path=path, error=type(error).__name__)
            error = Unavailable("Something this needs is away for the moment. Try again shortly.")
        if isinstance(error, Problem):
            status, document, headers = error.status, error.document(path, self._id), error.headers
        elif isinstance(error, HTTPException):
            status, document = error.status_code, plain(error.status_code, str(error.detail), path, self._id)
            headers = dict(error.headers or {})
        else:
            structlog.get_logger().error("request.crashed", path=path, exc_info=error)
            status, document = 500, plain(500, "Something broke here. It was recorded.", path, self._id)
        await self._answer(status, document, headers)

    async def _answer(self, status: int, document: dict[str, Any], headers: dict[str, str]) -> None:
        metrics.errors.labels(str(status)).inc()
        body = msgspec.json.encode(document)
        given = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        fixed = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await self._sent({"type": "http.response.start", "status": status, "headers": fixed + given})
        await self._send({"type": "http.response.body", "body": body})

    def _template(self) -> str | None:
        return getattr(self._scope.get("route"), "path", None) or None

    def _record(self) -> None:
        seconds = time.perf_counter() - self._began
        count, duration = _meters(self._template() or "unmatched", self._status)
        count.inc()
        duration.observe(seconds)
        address = self._scope["caerus.address"]
        access.info(
            "request",
            method=self._scope["method"],
            path=self._scope["path"],
            status=self._status,
            duration_ms=round(seconds * 1000, 2),
            client_ip=str(address) if address else None,
        )


@cache
def _meters(template: str, status: int) -> tuple[Counter, Histogram]:
    """Looking a metric up by its labels costs more than counting; there are few routes and codes."""
    return metrics.http_requests.labels(template, str(status)), metrics.request_duration.labels(template)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text = value.decode("latin-1")
            if _REQUEST_ID.fullmatch(text):
                return str(text)
    return str(uuid4())
