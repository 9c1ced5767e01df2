"""The ops port: what it answers, that a process has one, and what is said when it cannot have it."""

from collections.abc import Iterator
from socket import socket

import aiohttp
import pytest
from prometheus_client import CONTENT_TYPE_LATEST

from hub.core.embedded.process import free_port
from hub.core.ops import PROCESSES, NoOpsPort, Standing, ops, port_of
from hub.core.settings import ServeSettings
from tests.core.conftest import Apart
from tests.metrics import ask, read, scrape
from tests.processes import listens, measured, start


def on(port: int) -> ServeSettings:
    return ServeSettings(OPS_PORT=port)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


async def test_metrics_and_health_are_served_and_nothing_else() -> None:
    port = free_port()
    async with ops(on(port), "relay"):
        async with aiohttp.request("GET", f"http://127.0.0.1:{port}/metrics") as answer:
            assert (answer.status, answer.headers["content-type"]) == (200, CONTENT_TYPE_LATEST)
            assert read(await answer.text())["process_start_time_seconds"] > 0
        assert await ask(port, "/health") == (200, '{"status": "ok"}')
        for path in ("/", "/metrics/", "/metric", "/health/x", "/api/v1/health", "/..%2fmetrics"):
            answered = await ask(port, path)
            assert answered is not None and answered[0] == 404, path
    assert await ask(port, "/health") is None


async def test_where_a_process_says_how_it_stands_ready_is_served_too() -> None:
    port, standing = free_port(), Standing()
    async with ops(on(port), "work", standing=standing):
        assert await ask(port, "/ready") == (503, '{"status": "not ready", "detail": "It is starting."}')
        standing.lacks = ""
        assert await ask(port, "/ready") == (200, '{"status": "ready"}')
        assert await ask(port, "/health") == (200, '{"status": "ok"}')
    async with ops(on(port), "relay"):
        answered = await ask(port, "/ready")
        assert answered is not None and answered[0] == 404


async def test_the_port_is_free_again_after_an_error() -> None:
    port = free_port()
    with pytest.raises(ZeroDivisionError):
        async with ops(on(port), "relay"):
            raise ZeroDivisionError
    async with ops(on(port), "relay"):
        assert await scrape(port)


async def test_with_0_nothing_listens() -> None:
    import psutil

    before = len([each for each in psutil.Process().net_connections("tcp") if each.status == "LISTEN"])
    async with ops(on(0), "relay"):
        after = len([each for each in psutil.Process().net_connections("tcp") if each.status == "LISTEN"])
    assert after == before


async def test_a_taken_port_is_refused_with_what_to_set(taken: int) -> None:
    with pytest.raises(NoOpsPort, match=rf"127\.0\.0\.1:{taken}.*OPS_PORT={taken + 10}, or OPS_PORT=0"):
        async with ops(on(taken), "relay"):
            pass


def test_without_a_setting_no_two_kinds_of_process_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPS_PORT", raising=False)
    defaults = {name: port_of(ServeSettings(), name) for name in PROCESSES}
    assert defaults["serve"] == 8001 and len(set(defaults.values())) == len(PROCESSES)


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("port", [0, 9100])
def test_a_set_port_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch, process: str, port: int) -> None:
    monkeypatch.setenv("OPS_PORT", str(port))
    assert port_of(ServeSettings(), process) == port


@pytest.mark.parametrize("command", ["relay", "work", "serve"])
async def test_a_running_process_serves_its_own_metrics(apart: Apart, command: str) -> None:
    env, port = {"DB_DSN": apart.dsn, "REDIS_URL": apart.redis_url, "APP_LOG_LEVEL": "ERROR"}, free_port()
    async with measured(port, command, env=env) as process:
        assert listens(process.pid, port)
        assert await ask(port, "/health") == (200, '{"status": "ok"}')
        found = await scrape(port)
        assert found is not None and found["process_cpu_seconds_total"] > 0
        process.terminate()
        said, _ = await process.communicate()
    assert process.returncode in ((0, -15) if command == "serve" else (0,))
    assert said == b""
    assert await scrape(port) is None


async def test_a_process_whose_ops_port_is_taken_says_so_and_ends(apart: Apart, taken: int) -> None:
    env = {"DB_DSN": apart.dsn, "REDIS_URL": apart.redis_url, "OPS_PORT": str(taken)}
    process = await start("relay", env=env)
    said, _ = await process.communicate()
    assert process.returncode == 2
    assert said.decode().startswith(f"Metrics cannot be served on 127.0.0.1:{taken}: ")
    assert len(said.splitlines()) == 1
