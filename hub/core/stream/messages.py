"""What goes over the socket, and the codes it closes with."""

from msgspec import Struct

from hub.core.bus import Cursor

SUBPROTOCOL = "caerus.v1.json"
HEARTBEAT_SECONDS = 25

Id = int | str
"""The client's own, returned as it came."""

UNAUTHENTICATED = 4001
PROTOCOL_ERROR = 4002
TOO_SLOW = 4003
OUT_OF_STEP = 4004


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
    problem: dict[str, object]
    id: Id | None = None


Outgoing = Ready | Subscribed | Unsubscribed | Pong | Failed
