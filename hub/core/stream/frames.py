"""WebSocket frames built once and written to many transports (RFC 6455, section 5.2).

Server frames are not masked, so one frame serves every socket. Compression must be off on the
server: a frame of ours inside a per-connection deflate window would break it.
"""

import struct
from asyncio import Transport
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_TEXT = 0x81


def text_frame(payload: bytes) -> bytes:
    """One final text frame."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", _TEXT, size)
    elif size < 65_536:
        head = struct.pack("!BBH", _TEXT, 126, size)
    else:
        head = struct.pack("!BBQ", _TEXT, 127, size)
    return head + payload


class StreamProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, with the transport handed to the application."""

    async def run_asgi(self) -> None:
        self.scope["extensions"]["caerus.transport"] = {"transport": self.transport}
        await super().run_asgi()


def transport_of(scope: Any) -> Transport:
    """The transport behind a WebSocket scope."""
    found: Transport = scope["extensions"]["caerus.transport"]["transport"]
    return found
