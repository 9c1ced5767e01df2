"""Stored to WebSocket: 1,000 subscribers at 20 events a second, beside stock `send_text`.

Ours is timed from the signal's `created_at`, which is before its commit, to the bytes at the
subscriber: signature, transaction, relay, bus and fan-out are inside. The peer is timed from the
moment its message was made, and stores nothing.
"""

import asyncio
import gc
import subprocess
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import msgspec
import uvloop

from bench.fanout.publish import publishing
from bench.fanout.servers import COMMANDS, wait_for
from bench.ingest import signals
from bench.process import cpu_seconds
from hub.core.embedded.process import free_port
from hub.core.ids import uuid7
from hub.core.resources import open_resources
from hub.core.security.tokens import Proof
from hub.core.stream.messages import JSON
from hub.identity.users import service as users
from hub.trading.producers import service as producers
from workers.loadtest.subscriber import Take, masked, subscribe
from workers.loadtest.wire import load
from workers.up.stack import Stack, throw_away

SUBSCRIBERS, RATE, SECONDS = 1_000, 20, 15
CREATED = b'"created_at":"'
Row = dict[str, object]


def _run(work: Coroutine[Any, Any, Row]) -> Row:
    """On uvloop: a slow reader would be measured as a slow hub."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def ours() -> Row:
    with throw_away("serve", "relay") as running:
        token, key = asyncio.run(_identities(running))
        return _run(_measure_ours(running, token, key))


async def _identities(running: Stack) -> tuple[str, bytes]:
    async with open_resources(running.settings, running.endpoints.dsn, running.endpoints.redis_url) as res:
        user = await users.ensure(res, "bench@caerus.example", "bench-password", "user")
        proof = Proof(uuid7(), "web", ("pwd",), time.time())
        return res.tokens.mint(user.id, "user", proof), (await producers.ensure(res, "bench")).encode()


async def _measure_ours(running: Stack, token: str, key: bytes) -> Row:
    hello = [
        msgspec.json.encode({"op": "auth", "token": token}),
        msgspec.json.encode({"op": "sub", "id": 1, "topic": "signals"}),
    ]
    seen: list[tuple[float, bytes]] = []
    opened = await subscribe(running.base_url, "/ws", JSON, hello, SUBSCRIBERS, _into(seen))
    requests = signals(running.base_url, "bench", key, RATE * SECONDS)
    pid = running.children.pid("serve")
    before = cpu_seconds(pid)
    await load(running.base_url, requests, connections=4, rate=RATE)
    await _all(seen, SUBSCRIBERS * len(requests))
    cpu = cpu_seconds(pid) - before
    for subscriber in opened:
        subscriber.transport.close()
    return _row("caerus: store, relay, stream", seen, cpu)


def _into(seen: list[tuple[float, bytes]]) -> Take:
    """Wall-clock time of arrival, and the text of `created_at`."""

    def take(_: float, message: bytes) -> None:
        at = message.find(CREATED) + len(CREATED)
        seen.append((time.time(), message[at : at + 27]))

    return take


def _created(text: bytes) -> float:
    return datetime.fromisoformat(text.partition(b'"')[0].decode()).timestamp()


def peer() -> Row:
    port = free_port()
    process = subprocess.Popen([*COMMANDS["uvicorn"](), str(port)])
    try:
        wait_for(port, process)
        return _run(_measure_peer(f"http://127.0.0.1:{port}", process.pid))
    finally:
        process.terminate()
        process.wait()


async def _measure_peer(base_url: str, pid: int) -> Row:
    seen: list[tuple[float, bytes]] = []
    opened = await subscribe(base_url, "/ws", "", [], SUBSCRIBERS, _into(seen))
    publisher, count = await publishing(base_url), RATE * SECONDS
    before, began = cpu_seconds(pid), time.time()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / RATE - time.time()))
        body = msgspec.json.encode({"created_at": datetime.now(UTC), "pad": "x" * 600})
        publisher.write(masked(body))
    await _all(seen, SUBSCRIBERS * count)
    cpu = cpu_seconds(pid) - before
    publisher.close()
    for subscriber in opened:
        subscriber.transport.close()
    return _row("peer: stock send_text, stores nothing", seen, cpu)


async def _all(seen: list[tuple[float, bytes]], count: int) -> None:
    async with asyncio.timeout(30):
        while len(seen) < count:
            await asyncio.sleep(0.01)


def _row(case: str, seen: list[tuple[float, bytes]], cpu: float) -> Row:
    known: dict[bytes, float] = {}
    delays = []
    for at, frame in seen:
        if frame not in known:
            known[frame] = _created(frame)
        delays.append((at - known[frame]) * 1000)
    delays.sort()
    return {
        "case": case,
        "deliveries": len(delays),
        "p50 ms": round(delays[len(delays) // 2], 1),
        "p99 ms": round(delays[int(len(delays) * 0.99)], 1),
        "hub CPU us/message": round(cpu / len(delays) * 1e6, 1),
    }


def run() -> list[Row]:
    """Ours and the peer, back to back. The collector would stop the clock of 300,000 arrivals: it is off."""
    gc.disable()
    try:
        return [ours(), peer()]
    finally:
        gc.enable()


if __name__ == "__main__":
    for row in run():
        print(row)
