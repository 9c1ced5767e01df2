"""Heads that are too big, too slow or ambiguous, on a raw socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from hub.core.embedded import Endpoints
from hub.core.settings import ServeSettings, Settings
from tests.hubs import RunningHub, running_hub


@pytest.fixture(scope="module")
async def strict(settings: Settings, servers: Endpoints) -> AsyncIterator[RunningHub]:
    """A hub that waits 0.3 s for a head or a body."""
    bounds = ServeSettings(HUB_PORT=0, OPS_PORT=0, HUB_HEADER_SECONDS=0.3, HUB_BODY_SECONDS=0.3)
    quick = settings.model_copy(update={"serve": bounds})
    async with running_hub(quick, servers.dsn, servers.redis_url) as running:
        yield running


@asynccontextmanager
async def raw(hub: RunningHub) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    where = urlsplit(hub.base_url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def answer(hub: RunningHub, *pieces: bytes) -> bytes:
    """Everything the hub says to these bytes until it closes the connection or 5 s pass."""
    async with raw(hub) as (reader, writer):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(5):
            return await reader.read()


HEAD = b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n"
CLOSE = b"Connection: close\r\n\r\n"
POST = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


async def test_a_head_within_bounds_is_answered(hub: RunningHub) -> None:
    padded = b"X-Pad: " + b"x" * 8_000 + b"\r\n"
    assert (await answer(hub, HEAD + padded + CLOSE)).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "pieces",
    [
        (HEAD + b"X-Pad: " + b"x" * 40_000 + b"\r\n" + CLOSE,),
        (HEAD, b"X-Pad: " + b"x" * 30_000),
        (HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(3_000)) + CLOSE,),
        (b"GET /" + b"a" * 40_000,),
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n" + CLOSE,),
    ],
    ids=["one big header", "a header without end", "many headers", "a line without end", "a long line"],
)
async def test_a_head_over_bounds_is_refused(hub: RunningHub, pieces: tuple[bytes, ...]) -> None:
    said = await answer(hub, *pieces)
    assert said.startswith(b"HTTP/1.1 431 ")
    assert b"application/problem+json" in said


@pytest.mark.parametrize(
    "request_",
    [
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
        POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
        POST + b"Transfer-Encoding: xchunked\r\n\r\n{}",
        POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        POST + b"Content-Length: +2\r\n\r\n{}",
        POST + b"X-A: b\r\n Folded: c\r\nContent-Length: 2\r\n\r\n{}",
        b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX-A: b\x00c\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=["length and chunked", "two lengths", "unknown coding", "space before colon", "signed length",
         "folded", "nul", "tls"],
)  # fmt: skip
async def test_what_two_servers_could_read_in_two_ways_is_refused(hub: RunningHub, request_: bytes) -> None:
    said = await answer(hub, request_)
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("sent", [b"", HEAD, HEAD + b"X-Slow: "], ids=["nothing", "half", "half a header"])
async def test_whoever_never_finishes_a_head_is_shown_out(strict: RunningHub, sent: bytes) -> None:
    assert (await answer(strict, sent)).startswith(b"HTTP/1.1 408 ")


async def test_the_second_request_of_a_connection_has_the_same_time(strict: RunningHub) -> None:
    async with raw(strict) as (reader, writer):
        writer.write(HEAD + b"\r\n")
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(len(b'{"status":"ok"}'))
        writer.write(HEAD)
        async with asyncio.timeout(5):
            assert (await reader.read()).startswith(b"HTTP/1.1 408 ")


async def test_a_slow_body_is_refused_and_others_are_served_meanwhile(strict: RunningHub) -> None:
    async with raw(strict) as (reader, writer):
        writer.write(POST + b"Content-Length: 40\r\n\r\n{")
        assert (await strict.call("GET", "/api/v1/health")).status == 200
        async with asyncio.timeout(5):
            assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 408 ")


async def test_an_idle_connection_is_kept_between_requests(strict: RunningHub) -> None:
    async with raw(strict) as (reader, writer), raw(strict) as (silent, _):
        writer.write(HEAD + b"\r\n")
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(len(b'{"status":"ok"}'))
        # The silent one is shown out after a head's time; the idle one, served before, is still there.
        async with asyncio.timeout(5):
            assert (await silent.read()).startswith(b"HTTP/1.1 408 ")
        writer.write(HEAD + b"\r\n")
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200 ")
