"""A caller that does not pull reads nothing: TCP pushes back, the hub cuts, the stream resumes where the caller is."""

import asyncio
from contextlib import aclosing

import aiohttp.client
import pytest
from aiohttp import WSMsgType, web
from aiohttp.client import WebSocketDataQueue
from caerus_client.retry import RetryPolicy
from caerus_client.stream import Event, Position, Stream, Subscribed

from tests.client.fakehub import until

SOON = RetryPolicy(delay=0.001, cap=0.002)
MOST_WAITING = 1 << 20
DATA = "x" * 10_000
LAST = 5_000
"""50 MB: far more than any socket buffer takes."""


class FastHub:
    """Sends a history as fast as it may, and cuts with 4003 whoever lets more than 1 MiB wait."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.cut = asyncio.Event()
        self.sent = 0

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("caerus.v1.json",), writer_limit=1 << 30)
        await socket.prepare(request)
        await socket.receive_json()
        await socket.send_json({"op": "ready", "heartbeat": 25})
        sub = await socket.receive_json()
        offset = sub["since"]["offset"]
        self.asked.append(offset)
        await socket.send_json({**sub, **sub["since"], "recovered": True})
        last = LAST if len(self.asked) == 1 else offset + 5
        for each in range(offset + 1, last + 1):
            if request.transport.get_write_buffer_size() > MOST_WAITING:
                self.cut.set()
                await socket.close(code=4003)
                return socket
            told = {"op": "event", "topic": "signals", "offset": each, "type": "t", "at": "t"}
            await socket.send_json({**told, "data": DATA})
            self.sent = each
            await asyncio.sleep(0)
        async for message in socket:
            assert message.type is WSMsgType.TEXT
        return socket


@pytest.fixture
async def fast():
    hub, app = FastHub(), web.Application()
    app.router.add_get("/ws", hub.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hub.url = "http://{}:{}".format(*runner.addresses[0][:2])
    yield hub
    await runner.cleanup()


async def token():
    return "t"


async def test_a_reader_that_never_stops_would_take_it_all(fast, monkeypatch):
    """The negative control: without a bound on what is read ahead, all of it piles up here and nobody is cut."""

    def unbounded(protocol, _limit, *, loop):
        return WebSocketDataQueue(protocol, 1 << 30, loop=loop)

    monkeypatch.setattr(aiohttp.client, "WebSocketDataQueue", unbounded)
    stream = Stream(fast.url, token, {"signals": Position("e", 0)}, retry=SOON)
    async with asyncio.timeout(60), aclosing(stream.events()) as events:
        assert isinstance(await anext(events), Subscribed)
        await until(lambda: fast.cut.is_set() or fast.sent == LAST, 30)
        assert not fast.cut.is_set()


async def test_a_slow_caller_is_cut_and_misses_nothing(fast):
    stream = Stream(fast.url, token, {"signals": Position("e", 0)}, retry=SOON)
    seen = []
    async with asyncio.timeout(60), aclosing(stream.events()) as events:
        assert isinstance(await anext(events), Subscribed)
        # the caller is busy here; if the client read on, the hub could send everything and would never cut
        await until(lambda: fast.cut.is_set() or fast.sent == LAST, 30)
        assert fast.cut.is_set()
        async for each in events:
            if isinstance(each, Event):
                seen.append(each.offset)
            elif isinstance(each, Subscribed):
                break
        for _ in range(5):
            seen.append((await anext(events)).offset)
    assert len(fast.asked) == 2
    assert fast.asked[1] == len(seen) - 5 < LAST
    assert seen == list(range(1, len(seen) + 1))
