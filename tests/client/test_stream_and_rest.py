"""The stream client resumes without gaps or repeats; the REST client signs in and reports problems."""

import asyncio
from collections import deque
from contextlib import aclosing

import msgspec
import pytest
from aiohttp import web
from caerus_client.errors import ApiProblem, StreamClosed
from caerus_client.rest import HubClient
from caerus_client.retry import RetryPolicy
from caerus_client.stream import Event, Position, Refused, Stream, Subscribed

SOON = RetryPolicy(delay=0.001, cap=0.002)


class StreamHub:
    """A history of numbered events behind /ws, and a few REST endpoints. Sockets die after `lives` events each."""

    def __init__(self) -> None:
        self.epoch, self.history, self.first = "e1", [], 1
        self.lives: deque[tuple[int, int]] = deque()
        self.asked, self.tokens, self.grown = [], [], asyncio.Condition()
        self.access, self.logins = "access-1", 0
        self.refresh_refusal = 0
        self.refreshed, self.refreshing, self.let_through = 0, asyncio.Event(), asyncio.Event()
        self.let_through.set()

    async def grow(self, count: int) -> None:
        async with self.grown:
            self.history.extend(range(len(self.history) + 1, len(self.history) + count + 1))
            self.grown.notify_all()

    async def ws(self, request):
        socket = web.WebSocketResponse(protocols=("caerus.v1.json",))
        await socket.prepare(request)
        assert socket.ws_protocol == "caerus.v1.json"
        token = (await socket.receive_json())["token"]
        self.tokens.append(token)
        life, code = self.lives.popleft() if self.lives else (10**9, 1000)
        if life == 0:
            await socket.close(code=code)
            return socket
        await socket.send_json({"op": "ready", "session": "s", "heartbeat": 0.05})
        sub = await socket.receive_json()
        self.asked.append(sub)
        told, heard = (
            asyncio.create_task(job) for job in (self.serve(socket, sub, life, code), listen(socket))
        )
        await asyncio.wait({told, heard}, return_when=asyncio.FIRST_COMPLETED)
        for task in (told, heard):
            task.cancel()
        await asyncio.gather(told, heard, return_exceptions=True)
        return socket

    async def serve(self, socket, sub, life, code):
        if sub["topic"] == "ops":
            await socket.send_json({"op": "error", "id": sub["id"], "problem": {"status": 403}})
            await asyncio.Event().wait()
        since = sub.get("since")
        known = since and since["epoch"] == self.epoch and since["offset"] >= self.first - 1
        offset = since["offset"] if known else len(self.history)
        answer = {"op": "sub", "id": sub["id"], "topic": sub["topic"], "epoch": self.epoch}
        await socket.send_json({**answer, "offset": len(self.history), "recovered": bool(known)})
        while life > 0:
            async with self.grown:
                while len(self.history) <= offset:
                    await self.grown.wait()
            offset += 1
            life -= 1
            await self.event(socket, offset)
            await self.event(socket, offset)  # at least once: the client must drop the repeat
        await socket.close(code=code)

    async def event(self, socket, offset):
        told = {"op": "event", "topic": "signals", "offset": offset, "type": "signal.created", "at": "t"}
        await socket.send_json({**told, "data": offset})

    async def login(self, request):
        body = await request.json()
        if body["password"] != "right":
            problem = {"title": "Unauthorised", "status": 401, "detail": "wrong e-mail or password"}
            return web.json_response(problem, status=401, content_type="application/problem+json")
        self.logins += 1
        return web.json_response({"access_token": self.access, "refresh_token": "r1", "expires_in": 900})

    async def refresh(self, request):
        """A refresh token is good once."""
        assert await request.json() == {"refresh_token": f"r{self.refreshed + 1}"}
        self.refreshing.set()
        await self.let_through.wait()
        if self.refresh_refusal:
            return web.json_response({"title": "No"}, status=self.refresh_refusal)
        self.refreshed += 1
        tokens = {"access_token": self.access, "refresh_token": f"r{self.refreshed + 1}"}
        return web.json_response({**tokens, "expires_in": 900})

    async def echo(self, request):
        if request.headers.get("Authorization") != f"Bearer {self.access}":
            return web.json_response({"title": "Unauthorised", "detail": "expired"}, status=401)
        raw = await request.read()
        body = msgspec.json.decode(raw) if raw else None
        return web.json_response({"method": request.method, "path": request.raw_path, "body": body})


@pytest.fixture
async def served():
    hub = StreamHub()
    app = web.Application()
    app.router.add_get("/ws", hub.ws)
    app.router.add_post("/api/v1/auth/login", hub.login)
    app.router.add_post("/api/v1/auth/refresh", hub.refresh)
    app.router.add_route("*", "/api/v1/{rest:.*}", hub.echo)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hub.url = "http://{}:{}".format(*runner.addresses[0][:2])
    yield hub
    await runner.cleanup()


async def listen(socket):
    """Take pings without answering, until the client closes."""
    async for _ in socket:
        pass


async def token():
    return "token-1"


async def take(stream, count):
    """The first `count` events' data, and what else came with them."""
    data, others = [], []
    async with asyncio.timeout(10), aclosing(stream.events()) as events:
        async for each in events:
            if isinstance(each, Event):
                data.append(each.data)
            else:
                others.append(each)
            if len(data) == count:
                return data, others


async def test_events_follow_the_position(served):
    await served.grow(5)
    stream = Stream(served.url, token, {"signals": Position("e1", 2)}, retry=SOON)
    data, others = await take(stream, 3)
    assert data == [3, 4, 5]
    assert others == [Subscribed("signals", Position("e1", 5), True)]
    assert stream.positions == {"signals": Position("e1", 5)}
    assert served.tokens == ["token-1"]


@pytest.mark.parametrize("code", [1001, 1012, 4001, 4003])
async def test_broken_sockets_are_resumed_without_gap_or_repeat(served, code):
    served.lives.extend([(2, code), (0, code), (3, code), (1, code)])
    await served.grow(20)
    data, others = await take(Stream(served.url, token, {"signals": Position("e1", 0)}, retry=SOON), 20)
    assert data == list(range(1, 21))
    assert all(each.recovered for each in others)
    assert [ask["since"]["offset"] for ask in served.asked] == [0, 2, 5, 6]


async def test_a_history_that_is_gone_is_said(served):
    await served.grow(4)
    stream = Stream(served.url, token, {"signals": Position("another", 3)}, retry=SOON)
    async with asyncio.timeout(5), aclosing(stream.events()) as events:
        first = await anext(events)
        assert first == Subscribed("signals", Position("e1", 4), False)
        await served.grow(1)
        assert (await anext(events)).data == 5


async def test_without_a_position_it_begins_with_what_comes(served):
    await served.grow(4)
    async with asyncio.timeout(5), aclosing(Stream(served.url, token, {"signals": None}).events()) as events:
        assert await anext(events) == Subscribed("signals", Position("e1", 4), False)
        assert "since" not in served.asked[0]
        await served.grow(1)
        assert (await anext(events)).data == 5


async def test_a_refused_topic_is_reported(served):
    async with asyncio.timeout(5), aclosing(Stream(served.url, token, {"ops": None}).events()) as events:
        assert await anext(events) == Refused("ops", {"status": 403})


async def test_a_protocol_error_is_not_retried(served):
    served.lives.append((0, 4002))
    with pytest.raises(StreamClosed) as caught:
        await take(Stream(served.url, token, {"signals": None}, retry=SOON), 1)
    assert caught.value.code == 4002
    assert len(served.tokens) == 1


async def test_a_silent_hub_is_left(served):
    """The fake never answers a ping, so after two quiet spells the socket is given up and made anew."""
    stream = Stream(served.url, token, {"signals": Position("e1", 0)}, retry=SOON)
    async with asyncio.timeout(5), aclosing(stream.events()) as events:
        kinds = [await anext(events) for _ in range(3)]
    assert [each.recovered for each in kinds] == [True, True, True]
    assert len(served.tokens) == 3


async def test_signing_in_and_calling(served):
    async with HubClient(served.url) as client:
        await client.login("a@b.c", "right")
        page = await client.signals("open", limit=5)
        assert page == {"method": "GET", "path": "/api/v1/signals?status=open&limit=5", "body": None}
        approved = await client.approve("s1", "v1", bounds={"max_drift_points": 20})
        assert approved["body"] == {
            "signal_id": "s1",
            "decision": "approved",
            "consent_version": "v1",
            "bounds": {"max_drift_points": 20},
        }
        assert (await client.signal("a/b"))["path"] == "/api/v1/signals/a%2Fb"
        assert (await client.register_device("desk"))["body"] == {"name": "desk"}
        assert (await client.candles("XAUUSD", limit=2))["path"].endswith(
            "symbol=XAUUSD&timeframe=H1&limit=2"
        )


async def test_an_expired_token_is_refreshed_once(served):
    async with HubClient(served.url) as client:
        await client.login("a@b.c", "right")
        served.access = "access-2"
        assert (await client.me())["path"] == "/api/v1/me"
        assert await client.token() == "access-2"
    assert served.logins == 1


async def test_calls_that_meet_the_same_expiry_refresh_once(served):
    async with HubClient(served.url) as client:
        await client.login("a@b.c", "right")
        served.access = "access-2"
        served.let_through.clear()
        calls = [asyncio.ensure_future(each) for each in (client.me(), client.devices(), client.renew())]
        await served.refreshing.wait()
        served.let_through.set()
        async with asyncio.timeout(10):
            assert [(await each) is not None for each in calls] == [True] * 3
    assert served.refreshed == 1


async def test_a_refresh_goes_on_when_who_waits_for_it_is_cancelled(served):
    """Its token is spent at the hub: without the answer the session would be lost."""
    async with HubClient(served.url) as client:
        await client.login("a@b.c", "right")
        served.access = "access-2"
        served.let_through.clear()
        renewing = asyncio.ensure_future(client.renew())
        await served.refreshing.wait()
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        served.let_through.set()
        async with asyncio.timeout(10):
            assert await client.renew()
        assert await client.token() == "access-2"
        assert (await client.me())["path"] == "/api/v1/me"


async def test_renewing_tells_a_session_that_is_over_from_a_hub_in_trouble(served):
    async with HubClient(served.url) as client:
        await client.login("a@b.c", "right")
        served.access = "access-2"
        assert await client.renew()
        assert await client.token() == "access-2"
        served.refresh_refusal = 401
        assert not await client.renew()
        served.refresh_refusal = 503
        with pytest.raises(ApiProblem):
            await client.renew()


async def test_a_problem_is_an_exception_with_its_body(served):
    async with HubClient(served.url) as client:
        with pytest.raises(ApiProblem) as caught:
            await client.login("a@b.c", "wrong")
    problem = caught.value
    assert (problem.status, problem.title, problem.detail) == (
        401,
        "Unauthorised",
        "wrong e-mail or password",
    )
    assert problem.body["status"] == 401
