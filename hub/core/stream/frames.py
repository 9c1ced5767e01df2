"""WebSocket frames built once and written to many sockets (RFC 6455, section 5.2; RFC 7692).

Server frames are not masked, so one frame serves every socket of an encoding. Each message is compressed by
itself, without context taken over from the one before: so one compression serves them all, too.
"""

import math
import struct
import zlib
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from hub.core.bus import Published

_TEXT, _BINARY, _COMPRESSED = 0x81, 0x82, 0x40
_WORTH_COMPRESSING = 256
WINDOW_BITS, MEMORY_LEVEL = 12, 5


class Encoding(Struct, frozen=True):
    """How a socket is written to: MessagePack or JSON, `deflated` or as it is."""

    packed: bool = False
    deflated: bool = False


PLAIN = Encoding()


def frame(payload: bytes, encoding: Encoding = PLAIN) -> bytes:
    """One final frame; compressed where the socket can read that and it makes the payload smaller."""
    first = _BINARY if encoding.packed else _TEXT
    if encoding.deflated and len(payload) >= _WORTH_COMPRESSING:
        small = _deflate(payload)
        if len(small) < len(payload):
            first, payload = first | _COMPRESSED, small
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", first, size) + payload
    if size < 65_536:
        return struct.pack("!BBH", first, 126, size) + payload
    return struct.pack("!BBQ", first, 127, size) + payload


def event_frames(events: Iterable[Published], encoding: Encoding) -> bytes:
    """The frames of these events, one after another, for one write."""
    return b"".join(frame(_payload(event, encoding), encoding) for event in events)


def _payload(event: Published, encoding: Encoding) -> bytes:
    if not encoding.packed:
        return event.message
    message = msgspec.json.decode(event.message)
    try:
        return msgspec.msgpack.encode(message)
    except OverflowError:
        return msgspec.msgpack.encode(_within_64_bits(message))


def _within_64_bits(value: Any) -> Any:
    """With floats for integers that MessagePack has no room for: what JavaScript makes of the JSON, too."""
    if isinstance(value, dict):
        return {name: _within_64_bits(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_within_64_bits(each) for each in value]
    if not isinstance(value, int) or -(2**63) <= value < 2**64:
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _deflate(payload: bytes) -> bytes:
    """RFC 7692, section 7.2.1: flushed, without the four bytes that every flush ends with."""
    deflate = zlib.compressobj(wbits=-WINDOW_BITS, memLevel=MEMORY_LEVEL)
    return (deflate.compress(payload) + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4]
