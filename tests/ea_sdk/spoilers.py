"""A server that answers as no hub should, and then as one that works."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime

import aiohttp

Spoil = Callable[[bytes], bytes | None]
"""The whole answer as it would be sent -> what is sent instead; None: nothing is, and the line stays open."""


class Spoiler:
    """Between the terminal and the hub. `spoil` changes answers to polls while it is set."""

    def __init__(self, hub_url: str) -> None:
        self.hub_url, self.url = hub_url, ""
        self.spoil: Spoil | None = None
        self.slow = 0.0
        self.polls = 0
        self.on_request: Callable[[bytes], Awaitable[None]] | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
            body = await reader.readexactly(int(length[0].split(b":")[1]))
            answer = await self._forward(head, body)
            polled = b" /api/v1/client/poll" in head.split(b"\r\n")[0]
            self.polls += polled
            if polled and self.spoil is not None:
                spoilt = self.spoil(answer)
                if spoilt is None:
                    await reader.read()
                    return
                answer = spoilt
            for part in (answer[i : i + 64] for i in range(0, len(answer), 64)) if self.slow else (answer,):
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(self.slow)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _forward(self, head: bytes, body: bytes) -> bytes:
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, path, _ = first.split(" ")
        skip = ("host", "connection", "content-length")
        given = dict(line.split(": ", 1) for line in lines)
        headers = {name: value for name, value in given.items() if name.lower() not in skip}
        url = aiohttp.client.URL(self.hub_url + path, encoded=True)
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, url, data=body or None, headers=headers) as got,
        ):
            return answered(got.status, await got.read(), got.headers.get("Date", ""))


def answered(
    status: int, body: bytes, date: str = "", kind: str = "application/json", length: int | None = None
) -> bytes:
    """An answer as it is on the wire."""
    at = date or format_datetime(datetime.now(UTC), usegmt=True)
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status} X\r\nDate: {at}\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
    return head.encode() + body


def body_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


@asynccontextmanager
async def spoiler(hub_url: str) -> AsyncIterator[Spoiler]:
    made = Spoiler(hub_url)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made
