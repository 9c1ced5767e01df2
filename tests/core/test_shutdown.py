"""SIGTERM: running requests end well, parked polls are handed back, sockets are told to come again."""

import asyncio
import os
import signal
import time
from urllib.parse import urlsplit

import aiohttp
from caerus_client.device import DeviceClient
from caerus_client.rest import HubClient
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from hub.core.resources import open_resources
from tests.hubs import until
from workers.replay.identities import EMAIL, PASSWORD, Identities, prepare
from workers.up.stack import Stack, throw_away

MOST_SECONDS = 6


async def identities(stack: Stack) -> Identities:
    async with open_resources(stack.settings, stack.endpoints.dsn, stack.endpoints.redis_url) as res:
        return await prepare(res, stack.base_url)


async def half_sent(base_url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A request whose second half is still to come."""
    where = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    body = b'{"email": "%s", "password": "wrong"}' % EMAIL.encode()
    head = f"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body[:10])
    await writer.drain()
    return reader, writer


async def closing_code(url: str, token: str, there: asyncio.Event) -> int:
    async with connect(url, subprotocols=[Subprotocol("caerus.v1.json")]) as socket:
        await socket.send(f'{{"op":"auth","token":"{token}"}}')
        await socket.recv()
        there.set()
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


async def parked(base_url: str) -> bool:
    """Whether a poll waits at this hub."""
    async with aiohttp.ClientSession() as http, http.get(f"{base_url}/metrics") as answer:
        return "longpoll_parked 1.0" in await answer.text()


async def shut_down(stack: Stack) -> None:
    who = await identities(stack)
    async with (
        HubClient(stack.base_url) as person,
        DeviceClient(stack.base_url, who.device_id, who.device_secret) as device,
    ):
        await person.login(EMAIL, PASSWORD)
        there = asyncio.Event()
        socket = asyncio.ensure_future(
            closing_code(stack.base_url.replace("http", "ws") + "/ws", await person.token(), there)
        )
        await asyncio.wait_for(there.wait(), MOST_SECONDS)
        cursor = (await device.poll()).cursor
        poll = asyncio.ensure_future(device.poll(cursor, wait=30))
        reader, writer = await half_sent(stack.base_url)
        await until(lambda: parked(stack.ops_url))

        began = time.monotonic()
        os.kill(stack.children.pid("serve"), signal.SIGTERM)
        async with asyncio.timeout(MOST_SECONDS):
            assert not (await poll).commands
            assert await socket == 1012
        writer.write(b'{"email": "%s", "password": "wrong"}'[10:] % EMAIL.encode())
        async with asyncio.timeout(MOST_SECONDS):
            assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
        writer.close()
        await until(lambda: gone(stack), seconds=MOST_SECONDS)
        assert time.monotonic() - began < MOST_SECONDS


def gone(stack: Stack) -> bool:
    return stack.children.ended("serve")


def test_a_hub_that_is_told_to_stop_leaves_nobody_hanging() -> None:
    with throw_away("serve", "relay") as stack:
        asyncio.run(asyncio.wait_for(shut_down(stack), 60))
