"""Sending spans: a collector that is away costs nobody anything, and a process that ends sends what it has."""

import asyncio
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from hub.core import outbox, tracing
from hub.core.embedded import Endpoints
from hub.core.embedded.process import free_port
from hub.core.outbox import Event
from hub.core.settings import Settings
from tests.core.conftest import Apart
from tests.fakes.otlp import Collector, collecting
from tests.hubs import RunningHub, signal_body, until
from tests.served import Where, process, served
from tests.traced import telling

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def nobody() -> str:
    """A port that refuses."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def silence() -> Iterator[str]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize("collector", ["nobody", "silence"])
async def test_a_dead_collector_neither_breaks_nor_slows_a_request(
    hub: RunningHub, settings: Settings, request: pytest.FixtureRequest, collector: str
) -> None:
    producer, slowest = await hub.producer(), 0.0
    started = tracing.started(telling(settings, request.getfixturevalue(collector)), "test")
    with started:
        until_then = (
            time.monotonic() + 3
        )  # the exporter's thread has met the collector by then, more than once
        while time.monotonic() < until_then:
            began = time.monotonic()
            answers = await asyncio.gather(*(producer.signal(signal_body()) for _ in range(20)))
            slowest = max(slowest, time.monotonic() - began)
            assert {answer.status for answer in answers} == {201}
        closing = time.monotonic()
    assert time.monotonic() - closing < 4
    assert slowest < 2, "sending is given 5 seconds; no request waited for it"


async def asked_and_ended(
    servers: Endpoints, settings: Settings, log: Path, endpoint: str, number: int
) -> int | None:
    """Ask a hub for its health, and end it at once; its exit status."""
    where, traces = Where(servers.dsn, servers.redis_url), {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
    async with served(where, settings, log, **traces) as hub:
        url = f"{hub.base_url}/api/v1/health"
        async with aiohttp.request("GET", url, headers={"x-request-id": TRACE}) as answer:
            assert answer.status == 200
        hub.process.send_signal(number)
        return await asyncio.wait_for(hub.process.wait(), 10)


def of_last_request(collector: Collector) -> list[str]:
    return [span.name for span in collector.spans if span.trace == TRACE]


async def test_a_hub_that_is_told_to_stop_sends_its_last_spans(
    servers: Endpoints, settings: Settings, tmp_path: Path
) -> None:
    async with collecting() as collector:
        log = tmp_path / "log"
        assert await asked_and_ended(servers, settings, log, collector.url, signal.SIGTERM) == 0
        assert of_last_request(collector) == ["GET /api/v1/health"]
        assert collector.spans[-1].resource["service.instance.id"].startswith("serve-")


async def test_a_hub_that_is_killed_does_not(servers: Endpoints, settings: Settings, tmp_path: Path) -> None:
    """The negative control: without an orderly end the last second is lost."""
    async with collecting() as collector:
        log = tmp_path / "log"
        ended = await asked_and_ended(servers, settings, log, collector.url, signal.SIGKILL)
        assert ended == -signal.SIGKILL
        assert of_last_request(collector) == []


async def test_a_silent_collector_does_not_hold_up_the_end(
    servers: Endpoints, settings: Settings, silence: str, tmp_path: Path
) -> None:
    assert await asked_and_ended(servers, settings, tmp_path / "log", silence, signal.SIGTERM) == 0


async def test_a_relay_of_its_own_goes_on_with_an_event_s_trace(
    apart: Apart, settings: Settings, tmp_path: Path
) -> None:
    traceparent = f"00-{TRACE}-b7ad6b7169203331-01"
    async with apart.db.transaction() as tx:
        event = Event("a", "test.happened", "a", "test", {"n": 1}, traceparent)
        await outbox.append(tx, apart.bus.redis, [event])

    async def moved() -> bool:
        return await apart.bus.offset("a") == 1 and not await apart.db.fetch("select 1 from core.outbox")

    where = Where(apart.dsn, apart.redis_url)
    async with collecting() as collector:
        traces = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        async with process("relay", where, settings, tmp_path / "log", **traces) as relay:
            await until(moved, seconds=30)
            relay.terminate()
            assert await asyncio.wait_for(relay.wait(), 10) == 0
        [span] = collector.named("relay test.happened")
        assert (span.trace, span.parent, span.kind) == (TRACE, "b7ad6b7169203331", "producer")
        [(_, published)] = await apart.bus.read(b"0-0", wait=0)
        assert published.traceparent == f"00-{TRACE}-{span.id}-01"
