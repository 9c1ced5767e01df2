"""The wire of the stream: what is said and what is heard, as JSON text or as MessagePack."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from caerus_client.errors import CaerusError

Encoding = Literal["json", "msgpack"]


class Garbage(CaerusError):
    """The hub sent something that is no frame of this protocol."""


class Position(msgspec.Struct, frozen=True):
    """A place in a topic's history."""

    epoch: str
    offset: int


class Auth(msgspec.Struct, frozen=True, tag_field="op", tag="auth"):
    token: str


class Sub(msgspec.Struct, frozen=True, tag_field="op", tag="sub", omit_defaults=True):
    id: int
    topic: str
    since: Position | None = None


class Unsub(msgspec.Struct, frozen=True, tag_field="op", tag="unsub"):
    id: int
    topic: str


class Ping(msgspec.Struct, frozen=True, tag_field="op", tag="ping"): ...


class Ready(msgspec.Struct, frozen=True, tag_field="op", tag="ready"):
    heartbeat: float = 25.0


class Answer(msgspec.Struct, frozen=True, tag_field="op", tag="sub"):
    id: int | str
    topic: str
    epoch: str
    offset: int
    recovered: bool


class Event(msgspec.Struct, frozen=True, tag_field="op", tag="event"):
    """One event of a topic. `at` is RFC 3339; a `Topic` of `caerus_client.topics` turns `data` into its type."""

    topic: str
    offset: int
    type: str
    at: str
    data: Any


class Unsubscribed(msgspec.Struct, frozen=True, tag_field="op", tag="unsub"): ...


class Pong(msgspec.Struct, frozen=True, tag_field="op", tag="pong"): ...


class Failed(msgspec.Struct, frozen=True, tag_field="op", tag="error"):
    problem: dict[str, Any]
    id: int | str | None = None


class _Head(msgspec.Struct):
    op: str


Sent = Auth | Sub | Unsub | Ping
Frame = Ready | Answer | Event | Unsubscribed | Pong | Failed
KNOWN = frozenset({"ready", "sub", "event", "unsub", "pong", "error"})


class Wire:
    """One encoding of the protocol. Unknown fields are ignored, so that an older client follows a newer hub."""

    def __init__(
        self,
        encoding: Encoding,
        encode: Callable[[Any], bytes],
        frame: Callable[[bytes | str], Frame],
        head: Callable[[bytes | str], _Head],
    ) -> None:
        self.subprotocol = f"caerus.v1.{encoding}"
        self.binary = encoding == "msgpack"
        self.encode = encode
        self._frame = frame
        self._head = head

    def decode(self, raw: bytes | str) -> Frame | None:
        """The frame in a message; None when its `op` is not one we know. Raises Garbage."""
        try:
            return self._frame(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
            if not self._is_of_the_future(raw):
                raise Garbage(f"the hub sent no frame: {wrong}") from wrong
            return None

    def _is_of_the_future(self, raw: bytes | str) -> bool:
        try:
            return self._head(raw).op not in KNOWN
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return False


WIRES: dict[Encoding, Wire] = {
    "json": Wire(
        "json",
        msgspec.json.Encoder().encode,
        msgspec.json.Decoder(Frame).decode,
        msgspec.json.Decoder(_Head).decode,
    ),
    "msgpack": Wire(
        "msgpack",
        msgspec.msgpack.Encoder().encode,
        msgspec.msgpack.Decoder(Frame).decode,  # type: ignore[arg-type]
        msgspec.msgpack.Decoder(_Head).decode,  # type: ignore[arg-type]
    ),
}
