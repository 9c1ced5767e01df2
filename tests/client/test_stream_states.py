"""What a stream says of itself, and what its tokens do to it."""

import asyncio
from contextlib import aclosing

import pytest
from caerus_client.errors import ApiProblem, SignedOut, Unreachable
from caerus_client.retry import RetryPolicy
from caerus_client.states import Connecting, Ended, Live, Offline
from caerus_client.stream import Stream

from tests.client.wirehub import WireHub

SOON = RetryPolicy(delay=0.001, cap=0.002)


async def token() -> str:
    return "t1"


async def test_each_change_of_state_is_told_once():
    told = []
    async with asyncio.timeout(10), WireHub("json") as hub:
        stream = Stream(hub.url, token, {"signals": None}, retry=SOON, on_state=told.append)
        assert stream.state == Ended("stopped")
        async with aclosing(stream.events()) as events:
            first = asyncio.ensure_future(anext(events))
            (await hub.knocks.get()).decision.set_result(503)
            peer = await (await hub.knocks.get()).accept("caerus.v1.json")
            await peer.send({"op": "ready"})
            await peer.send({"op": "error", "problem": {"status": 400}})
            await first
    offline = told[1]
    assert isinstance(offline, Offline) and offline.next_attempt_at >= offline.since
    assert told == [Connecting(), offline, Connecting(), Live(), Ended("stopped")]
    assert stream.state == Ended("stopped")


async def empty() -> str:
    return ""


async def expired() -> str:
    raise ApiProblem(401, "Unauthorised", "", {})


@pytest.mark.parametrize("nobody", [empty, expired])
async def test_with_nobody_signed_in_no_connection_is_made(nobody):
    async with asyncio.timeout(10), WireHub("json") as hub:
        stream = Stream(hub.url, nobody, {"signals": None})
        with pytest.raises(SignedOut):
            await anext(stream.events())
        assert hub.knocks.empty()
    assert isinstance(stream.state, Ended) and stream.state.reason == "signed_out"


async def test_a_token_that_cannot_be_got_just_now_is_tried_again():
    failures = [Unreachable("no answer"), ApiProblem(503, "Busy", "", {})]

    async def flaky() -> str:
        if failures:
            raise failures.pop()
        return "t1"

    async with asyncio.timeout(10), WireHub("json") as hub:
        stream = Stream(hub.url, flaky, {"signals": None}, retry=SOON)
        async with aclosing(stream.events()) as events:
            first = asyncio.ensure_future(anext(events))
            peer = await (await hub.knocks.get()).accept("caerus.v1.json")
            assert (await peer.inbox.get())["token"] == "t1"
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
    assert failures == []


async def test_the_stream_can_be_pulled_again_after_it_ended():
    async with asyncio.timeout(10), WireHub("json") as hub:
        stream = Stream(hub.url, token, {"signals": None})
        for _ in range(2):
            async with aclosing(stream.events()) as events:
                first = asyncio.ensure_future(anext(events))
                peer = await (await hub.knocks.get()).accept("caerus.v1.json")
                await peer.send({"op": "ready"})
                await peer.send({"op": "error", "problem": {"status": 400}})
                await first
