"""The span of a request to us, after OpenTelemetry's conventions for HTTP servers.

The query, the caller's address and the user agent are left out: they are personal or may hold a secret, and
traces go to another house than the log.
"""

import re
from uuid import UUID

from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from starlette.types import Scope

from hub.core import tracing
from hub.core.tracing import Entered

_TRACE_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LONGEST_PATH = 256


def begin(scope: Scope, request_id: str) -> Entered:
    """Goes on with the caller's `traceparent`; without a good one, a trace id in `X-Request-Id` names the trace."""
    token = tracing.WANTED_TRACE_ID.set(_trace_id(_header(scope, b"x-request-id")))
    try:
        given, attributes = _header(scope, b"traceparent"), _attributes(scope, request_id)
        return tracing.begin(scope["method"], given, SpanKind.SERVER, attributes)
    finally:
        tracing.WANTED_TRACE_ID.reset(token)


def answered(span: Span | None, method: str, route: str | None, status: int) -> None:
    """Name the span by its route, now that it is known, and say how the request ended."""
    if span is None or not span.is_recording():
        return
    if route:
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)
    if status:
        span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_attribute("error.type", str(status))
        span.set_status(Status(StatusCode.ERROR))


def _attributes(scope: Scope, request_id: str) -> dict[str, str | int]:
    return {
        "http.request.method": scope["method"],
        "url.scheme": scope["scheme"],
        "url.path": scope["path"][:_LONGEST_PATH],
        "network.protocol.version": scope["http_version"],
        "caerus.request_id": request_id,
    }


def _header(scope: Scope, wanted: bytes) -> str | None:
    found = [value for name, value in scope["headers"] if name == wanted]
    return found[0].decode("latin-1") if len(found) == 1 else None


def _trace_id(text: str | None) -> int | None:
    """The id in 32 hex digits or a UUID."""
    return UUID(text).int if text and _TRACE_ID.fullmatch(text) else None
