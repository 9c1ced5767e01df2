"""Which other origins may call, and for which surface (Fetch standard, section 3.2).

Our own pages are same-origin and need none of this. No answer ever allows credentials: cookies stay ours, a
page elsewhere brings a bearer token.
"""

from collections.abc import Iterable

Header = tuple[bytes, bytes]

_METHODS = b"GET, POST, PUT, PATCH, DELETE"
_SENT = b"authorization, content-type, idempotency-key, x-request-id, traceparent"
_READ = b"x-request-id, retry-after, ratelimit, ratelimit-policy, idempotent-replayed, etag"
_SECONDS = b"600"
_WEB_ONLY = ("/api/v1/admin", "/api/v1/auth/refresh", "/api/v1/auth/logout")


class Cors:
    """`web` and `miniapp` are lists of origins; operators' and cookie addresses are for the web alone."""

    def __init__(self, web: str, miniapp: str) -> None:
        self._web, self._all = _origins(web), _origins(web) | _origins(miniapp)

    def allows(self, origin: bytes | None, path: str) -> bool:
        return origin is not None and origin in (self._web if path.startswith(_WEB_ONLY) else self._all)

    @staticmethod
    def answer(origin: bytes) -> list[Header]:
        """What an answer to an allowed origin carries."""
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", _READ),
            (b"vary", b"origin"),
        ]

    @staticmethod
    def preflight(origin: bytes) -> list[Header]:
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _SENT),
            (b"access-control-max-age", _SECONDS),
            (b"vary", b"origin"),
        ]


def _origins(text: str) -> frozenset[bytes]:
    return frozenset(part.strip().rstrip("/").encode() for part in text.split(",") if part.strip())


def header(headers: Iterable[Header], name: bytes) -> bytes | None:
    """The first header of a name (ASGI's are in lower case)."""
    return next((value for key, value in headers if key == name), None)
