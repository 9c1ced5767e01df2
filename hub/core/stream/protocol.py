"""uvicorn's WebSocket protocol, taken over from the application once the handshake is done.

The handshake goes through the application like any request. After it a socket has no task, no queue and no
scope: messages go straight to its conversation, frames straight to its file descriptor. What one client
sends is bounded here, frame by frame, before anybody looks at it.
"""

import asyncio
import logging
import time
from typing import Any, Protocol

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame
from websockets.protocol import State
from websockets.server import ServerProtocol

from hub.core import metrics
from hub.core.stream import direct, messages
from hub.core.stream.frames import MEMORY_LEVEL, WINDOW_BITS

MAX_BUFFER = 1 << 20
"""Bytes that may wait for one socket."""
FRAMES_AT_ONCE, FRAMES_A_SECOND = 400, 50
_CHUNK = 4_096
_FRAGMENTS = 64
_LINGER_SECONDS = 10
_DEAF_SECONDS = 1

_quiet = logging.getLogger("caerus.websockets")
_quiet.setLevel(logging.CRITICAL)
_deflate = ServerPerMessageDeflateFactory(
    server_no_context_takeover=True,
    client_no_context_takeover=True,
    server_max_window_bits=WINDOW_BITS,
    client_max_window_bits=WINDOW_BITS,
    compress_settings={"memLevel": MEMORY_LEVEL},
)


class Conversation(Protocol):
    """Who gets the messages of a socket, and is told of its end."""

    def received(self, data: bytes, *, binary: bool) -> None: ...
    def lost(self) -> None: ...


class _Nobody:
    """Stands where uvicorn has a queue and an event for an application that is there no more."""

    def put_nowait(self, _: object) -> None: ...
    def set(self) -> None: ...
    def clear(self) -> None: ...


_nobody: Any = _Nobody()


class StreamProtocol(WebSocketsSansIOProtocol):
    """One connection. `hand_over` ends the application's part in it."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.conn = ServerProtocol(extensions=[_deflate], max_size=self.config.ws_max_size, logger=_quiet)
        self._conversation: Conversation | None = None
        self._deaf = False
        self._unread = b""
        self._held = False
        self._allowance = float(FRAMES_AT_ONCE)
        self._counted = 0.0

    def hand_over(self, conversation: Conversation) -> None:
        """From here on `conversation` has the socket; the application may return."""
        queue, self.queue, self.writable = self.queue, _nobody, _nobody
        self._conversation = conversation
        self._read_on()
        while not queue.empty():
            event: Any = queue.get_nowait()
            if event["type"] == "websocket.receive":
                text = event.get("text")
                conversation.received(event["bytes"] if text is None else text.encode(), binary=text is None)

    async def run_asgi(self) -> None:
        """As uvicorn's, but a connection that was handed over outlives the application."""
        self.scope["extensions"]["caerus.connection"] = {"connection": self}
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except BaseException:
            self.logger.exception("Exception in ASGI application")
            self.send_500_response()
            self._conversation = None
        if self._conversation is not None:
            del self.scope, self.request, self.response
        elif self.close_timer is None:
            self.transport.close()

    # What goes out

    @property
    def compresses(self) -> bool:
        """Whether the client reads compressed frames."""
        return bool(self.conn.extensions)

    def write(self, frames: bytes) -> None:
        """Send ready frames: at once where nothing waits before them, which costs no turn of the loop.

        A socket for which too much waits already is cut: it comes back and resumes.
        """
        transport = self.transport
        if self.close_sent or transport.is_closing():
            return
        if transport.get_write_buffer_size() > MAX_BUFFER:
            metrics.ws_slow.inc()
            self.cut(messages.TOO_SLOW)
            return
        transport.write(frames)

    def close(self, code: int, reason: str = "") -> None:
        """Say why, and wait a while for the client to say the same: then it has read it."""
        if self._say_goodbye(code, reason):
            self.close_timer = self.loop.call_later(self.close_timeout, self._let_go)
            self._read_on()

    def cut(self, code: int, reason: str = "") -> None:
        """Say why, and listen no more: a client that still reads gets what was sent, and the code."""
        if self._say_goodbye(code, reason):
            self._let_go()

    def cut_off(self, code: int, reason: str) -> None:
        """Say why to a client that goes on sending. What comes is thrown away for a moment: to close with something
        unread resets the connection, and the client may never read why.
        """
        if self._say_goodbye(code, reason):
            self._deaf, self._unread = True, b""
            self._read_on()
            self.loop.call_later(_DEAF_SECONDS, self._let_go)

    def _let_go(self) -> None:
        self.transport.close()
        self._abort_later()

    def _abort_later(self) -> None:
        """A transport that is closed waits until all is written: for ever, if the client does not read."""
        if self.transport.is_closing() and self.transport.get_write_buffer_size():
            self.loop.call_later(_LINGER_SECONDS, self.transport.abort)

    def _say_goodbye(self, code: int, reason: str) -> bool:
        if self.close_sent or self.transport.is_closing() or self.conn.state is not State.OPEN:
            return False
        self.stop_keepalive()
        direct.refuse(self.descriptor)
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        return True

    # What comes in

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.descriptor: int = transport.get_extra_info("socket").fileno()
        self.transport.set_write_buffer_limits(high=0)
        direct.allow(self.descriptor)

    def pause_writing(self) -> None:
        super().pause_writing()
        direct.refuse(self.descriptor)

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.close_sent:
            direct.allow(self.descriptor)

    def connection_lost(self, exc: Exception | None) -> None:
        self._unread = b""
        direct.refuse(self.descriptor)
        super().connection_lost(exc)
        if self._conversation is not None:
            conversation, self._conversation = self._conversation, None
            conversation.lost()

    def data_received(self, data: bytes) -> None:
        """A little at a time: a client's flood is read between what others send."""
        if self._deaf:
            return
        self._unread += data
        if len(self._unread) > _CHUNK:
            self._wait()
        self._take_some()

    def _take_some(self) -> None:
        if self._deaf:
            return
        data, self._unread = self._unread[:_CHUNK], self._unread[_CHUNK:]
        super().data_received(data)
        if self.transport.is_closing():
            self._unread = b""
        elif self._unread:
            self.loop.call_soon(self._take_some)
        elif not self._held:
            self._read_on()

    def hold(self, held: bool) -> None:
        """Whether to leave what the client sends where it is, until what it sent before is done."""
        self._held = held
        if held:
            self._wait()
        elif not self._unread:
            self._read_on()

    def _wait(self) -> None:
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def _read_on(self) -> None:
        if self.read_paused and not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()

    def send_receive_event_to_app(self) -> None:
        if self._conversation is None:
            super().send_receive_event_to_app()
            return
        data, self.frames = b"".join(self.frames), []
        binary = self.curr_msg_data_type == "bytes"
        if self._too_many() or self.close_sent:
            return
        if not binary and not _is_utf8(data):
            self._fail(1007, "that is not UTF-8")
            return
        self._conversation.received(data, binary=binary)

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= _FRAGMENTS:
            self._fail(1009, f"a message may come in {_FRAGMENTS} frames")
        elif not self._too_many():
            super().handle_cont(event)

    def handle_ping(self) -> None:
        if not self._too_many():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if not self._too_many():
            super().handle_pong(event)

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        self._abort_later()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._abort_later()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._abort_later()

    def _too_many(self) -> bool:
        """Count a frame; a flood is cut off."""
        now = time.monotonic()
        self._allowance = min(FRAMES_AT_ONCE, self._allowance + (now - self._counted) * FRAMES_A_SECOND)
        self._counted = now
        self._allowance -= 1
        if self._allowance >= 0:
            return False
        self.cut_off(messages.LIMITED, "too many messages")
        return True

    def _fail(self, code: int, reason: str) -> None:
        if not self.close_sent:
            self.conn.fail(code, reason)
            self.handle_parser_exception()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
