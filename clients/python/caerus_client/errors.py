"""Everything the client raises on purpose."""

from collections.abc import Mapping
from typing import Any

import msgspec

PROBLEM = "application/problem+json"


class CaerusError(Exception):
    """Base of the client's errors."""


class Unreachable(CaerusError):
    """No answer came: refused, reset, timed out, or the name did not resolve."""


class SealError(CaerusError):
    """A sealed envelope cannot be opened: malformed, tampered with, or meant for another key, device or command."""


class UnsignableText(CaerusError, ValueError):
    """A part of a request holds a character that would let two requests share one signature."""


class StreamClosed(CaerusError):
    """The hub ended the stream for a reason that a reconnect would not mend.

    `code` is the WebSocket close code (1002, 1007, 1008, 1009, 4002), or the status that refused the handshake (403).
    """

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"stream closed ({code}): {reason}")
        self.code = code
        self.reason = reason


class SignedOut(StreamClosed):
    """The hub refused the token (4001) and there is no new one: sign in, then follow again."""


class ApiProblem(CaerusError):
    """The hub answered with an error (RFC 9457 problem document).

    `body` is the whole document, so extra members such as `signal_id` or `errors` are there.
    `retry_after` is in seconds, or None when the hub gave none. `by_hub`: it is a problem document; anything else may
    be the page of a proxy between us, and says nothing of what the hub makes of the request.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        body: Mapping[str, Any],
        retry_after: float | None = None,
        *,
        by_hub: bool = False,
    ) -> None:
        super().__init__(f"{status} {title}: {detail}" if detail else f"{status} {title}")
        self.status = status
        self.title = title
        self.detail = detail
        self.body = dict(body)
        self.retry_after = retry_after
        self.by_hub = by_hub


def problem_of(status: int, raw: bytes, retry_after: str | None = None, content_type: str = "") -> ApiProblem:
    """The problem in an error answer; an answer that is no problem document keeps its first 200 characters."""
    try:
        body = msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.MsgspecError:
        body = {"detail": raw[:200].decode("utf-8", "replace")}
    title, detail = body.get("title"), body.get("detail")
    return ApiProblem(
        status,
        title if isinstance(title, str) else "error",
        detail if isinstance(detail, str) else "",
        body,
        _seconds(retry_after),
        by_hub=content_type == PROBLEM and _is_document(body, status),
    )


def _is_document(body: Mapping[str, Any], status: int) -> bool:
    texts = all(isinstance(body.get(name), str) for name in ("type", "title"))
    return texts and type(body.get("status")) is int and body["status"] == status


def _seconds(retry_after: str | None) -> float | None:
    return (
        float(retry_after)
        if retry_after is not None and retry_after.isascii() and retry_after.isdigit()
        else None
    )
