"""What goes over the socket, and the codes it closes with."""

from typing import Any

from msgspec import Struct

from hub.core.bus import Cursor

JSON, MSGPACK = "caerus.v1.json", "caerus.v1.msgpack"
"""The subprotocols."""
HEARTBEAT_SECONDS = 25

Id = int | str
"""The client's own, returned as it came."""

AWAY = 1011
UNAUTHENTICATED = 4001
PROTOCOL_ERROR = 4002
TOO_SLOW = 4003
OUT_OF_STEP = 4004
LIMITED = 4005

CLOSE_CODES: dict[int, tuple[str, str]] = {
    1001: ("the hub goes away", "reconnect with full jitter, resume"),
    1002: ("a broken WebSocket frame", "mend the client"),
    1007: ("text that is not UTF-8", "mend the client"),
    1009: ("a message of over 64 KB, or in over 64 frames", "mend the client"),
    AWAY: ("the hub failed, or what it needs is away", "reconnect with full jitter, resume"),
    1012: ("the hub restarts", "reconnect with full jitter, resume"),
    UNAUTHENTICATED: (
        "no token within 10 s, a bad or expired one, or its session ended, as when the role changed",
        "get a new token, reconnect, resume; without one you are signed out",
    ),
    PROTOCOL_ERROR: ("a message that is not of this protocol, or over 16 KB", "mend the client"),
    TOO_SLOW: ("more than 1 MiB waited for this socket", "reconnect, resume; read faster"),
    OUT_OF_STEP: ("this hub missed events, or what you may read has changed", "reconnect, resume"),
    LIMITED: (
        "too many sockets of one person (50 a hub), or over 400 messages at once and 50 a second",
        "reconnect after half a minute or more, with jitter; resume",
    ),
}
"""What each code means, and what a client does then."""


class Auth(Struct, frozen=True, tag_field="op", tag="auth", forbid_unknown_fields=True):
    """First of all, and again to renew."""

    token: str


class Sub(Struct, frozen=True, tag_field="op", tag="sub", forbid_unknown_fields=True):
    """With `since`, what was missed comes first."""

    id: Id
    topic: str
    since: Cursor | None = None


class Unsub(Struct, frozen=True, tag_field="op", tag="unsub", forbid_unknown_fields=True):
    id: Id
    topic: str


class Ping(Struct, frozen=True, tag_field="op", tag="ping", forbid_unknown_fields=True): ...


Incoming = Auth | Sub | Unsub | Ping


class Ready(Struct, frozen=True, tag_field="op", tag="ready"):
    session: str
    heartbeat: int


class Subscribed(Struct, frozen=True, tag_field="op", tag="sub"):
    """`recovered` is true only when everything since the given cursor follows, whole."""

    id: Id
    topic: str
    epoch: str
    offset: int
    recovered: bool


class Unsubscribed(Struct, frozen=True, tag_field="op", tag="unsub"):
    id: Id
    topic: str


class Pong(Struct, frozen=True, tag_field="op", tag="pong"): ...


class Failed(Struct, frozen=True, tag_field="op", tag="error", omit_defaults=True):
    problem: dict[str, Any]
    id: Id | None = None


Outgoing = Ready | Subscribed | Unsubscribed | Pong | Failed
