"""A hub from outside: its metrics on the internal port alone, few labels whatever is asked, one log line a request."""

import asyncio
import json
import random
import string
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from hub.core.embedded import Endpoints
from hub.core.settings import Settings
from tests.hubs import until
from tests.served import Served, Where, served

EVIL = [
    "%0d%0a",
    "%0A",
    "%1b[2J%1b[31m",
    "%E2%80%A8",
    "%E2%80%A9",
    "%C2%85",
    "%C2%9b31m",
    "%7f",
    "%E2%80%AE",
    "%00",
]


@pytest.fixture(scope="module")
async def hub(
    servers: Endpoints, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    where, log = Where(servers.dsn, servers.redis_url), tmp_path_factory.mktemp("hub") / "log"
    async with served(where, settings, log, APP_LOG_LEVEL="INFO") as running:
        yield running


async def raw(hub: Served, *lines: bytes) -> bytes:
    """Send a request exactly as written; the whole answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(hub.base_url).port)
    writer.write(b"\r\n".join([*lines, b"Host: h", b"Connection: close", b"", b""]))
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def metrics(hub: Served) -> str:
    async with aiohttp.request("GET", f"{hub.ops_url}/metrics") as answer:
        assert answer.status == 200
        return await answer.text()


def labels(text: str, family: str, label: str) -> set[str]:
    return {
        sample.labels[label]
        for each in text_string_to_metric_families(text)
        if each.name == family
        for sample in each.samples
        if label in sample.labels
    }


async def test_the_internal_port_serves_metrics_with_buckets_and_nothing_else(hub: Served) -> None:
    text = await metrics(hub)
    assert "# TYPE http_requests_total counter" in text
    assert 'request_duration_seconds_bucket{le="0.005",route="/api/v1/health"}' in text
    for path in ("/", "/api/v1/health", "/docs", "/metrics/x"):
        async with aiohttp.request("GET", hub.ops_url + path) as answer:
            assert answer.status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/metrics/",
        "//metrics",
        "/METRICS",
        "/%6detrics",
        "/./metrics",
        "/api/v1/metrics",
        "/api/metrics",
        "/api/v1/../../metrics",
        "/assets/../metrics",
    ],
)
async def test_the_public_port_shows_no_metric(hub: Served, path: str) -> None:
    answer = await raw(hub, b"GET %s HTTP/1.1" % path.encode(), b"Accept: text/plain")
    assert answer.startswith(b"HTTP/1.1")
    assert b"http_requests" not in answer and b"# TYPE" not in answer and b"python_gc" not in answer


async def test_a_scrape_looks_how_far_the_relay_is(hub: Served) -> None:
    families = text_string_to_metric_families(await metrics(hub))
    found = {each.name: each.samples[0].value for each in families if each.samples}
    assert (found["hub_ready"], found["outbox_events_waiting"]) == (1.0, 0.0)
    assert found["outbox_lag_seconds"] == 0.0


def nonsense(chance: random.Random) -> bytes:
    method = "".join(chance.choices(string.ascii_uppercase, k=chance.randint(3, 7)))
    if chance.random() < 0.7:
        method = chance.choice(
            ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "PROPFIND", "REPORT"]
        )
    head = chance.choice(["/", "/api/", "/api/v1/", "/api/v1/signals/", "/assets/", "/metrics/"])
    path = head + "".join(
        chance.choices(string.ascii_letters + string.digits + "._~/-", k=chance.randint(1, 40))
    )
    return f"{method} {path} HTTP/1.1".encode()


async def test_a_thousand_random_paths_and_methods_make_no_new_label(hub: Served) -> None:
    chance, at_once = random.Random(7), asyncio.Semaphore(20)

    async def ask(line: bytes) -> None:
        async with at_once:
            assert (await raw(hub, line)).startswith(b"HTTP/1.1")

    before = await metrics(hub)
    await asyncio.gather(*(ask(nonsense(chance)) for _ in range(1_000)))
    after = await metrics(hub)
    new = labels(after, "http_requests", "route") - labels(before, "http_requests", "route")
    assert new <= {"unmatched", "/api", "/api/v1/signals/{id}"}
    codes = labels(after, "http_requests", "code")
    assert codes <= {"200", "304", "307", "400", "401", "404", "405", "422"}
    assert len(after.splitlines()) - len(before.splitlines()) < 100
    counted = sum(
        sample.value
        for each in text_string_to_metric_families(after)
        if each.name == "http_requests"
        for sample in each.samples
        if sample.name == "http_requests_total"
    )
    assert counted > 700, "they were counted, under the labels there are"


def written(hub: Served) -> list[dict[str, object]]:
    """Each line of the log; a line ends where any reader may think it does."""
    return [json.loads(line) for line in hub.log.read_text().splitlines()]


@pytest.mark.parametrize("evil", EVIL)
async def test_a_request_is_one_line_whatever_is_in_its_path_agent_and_id(hub: Served, evil: str) -> None:
    mark = f"m{random.getrandbits(60):x}"
    forged = '{"ts":"","event":"forged"}'.replace('"', "%22")
    unquoted = "\x85\x9b\u2028\u202e"  # what httptools lets through in a header; it refuses ESC, CR and LF
    answer = await raw(
        hub,
        f"GET /api/v1/{mark}{evil}{forged} HTTP/1.1".encode(),
        b"User-Agent: " + unquoted.encode(),
        b"X-Request-Id: a" + unquoted.encode(),
    )
    assert answer.startswith(b"HTTP/1.1 404")
    await until(lambda: any(mark in str(line.get("path")) for line in written(hub)))
    [line] = [line for line in written(hub) if mark in str(line.get("path"))]
    assert line["event"] == "request" and line["status"] == 404
    assert line["request_id"] == answer.partition(b"x-request-id: ")[2].partition(b"\r\n")[0].decode()
    text = hub.log.read_text()
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert not any(line.get("event") == "forged" for line in written(hub))


async def test_an_access_line_has_the_fields_of_the_contract(hub: Served) -> None:
    async with aiohttp.request(
        "GET", f"{hub.base_url}/api/v1/version", headers={"x-request-id": "field-test"}
    ) as answer:
        assert answer.status == 200
    await until(lambda: any(line.get("request_id") == "field-test" for line in written(hub)))
    [line] = [line for line in written(hub) if line.get("request_id") == "field-test"]
    fields = {"ts", "lvl", "event", "method", "path", "status", "duration_ms", "request_id", "client_ip"}
    assert line.keys() == fields


async def test_no_header_that_proves_who_calls_is_logged(hub: Served) -> None:
    secrets = {
        "authorization": "Bearer hunter2",
        "cookie": "caerus_refresh=hunter2",
        "x-signature": "hunter2",
    }
    async with aiohttp.request("GET", f"{hub.base_url}/api/v1/me", headers=secrets) as answer:
        assert answer.status == 401
    assert "hunter2" not in hub.log.read_text()


async def test_starting_and_stopping_are_logged(
    servers: Endpoints, settings: Settings, tmp_path: Path
) -> None:
    where, log = Where(servers.dsn, servers.redis_url), tmp_path / "log"
    async with served(where, settings, log, APP_LOG_LEVEL="INFO"):
        pass
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert [event for event in events if event.startswith("hub.")] == ["hub.started", "hub.stopped"]
    assert events.index("db.connected") < events.index("hub.started")
