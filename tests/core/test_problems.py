"""Everything that fails is a problem document with the request's id, and nothing from inside."""

from typing import Any

import asyncpg
import pytest

from hub.core.embedded import running
from tests.hubs import Answer, RunningHub


def assert_problem(answer: Answer, status: int) -> dict[str, Any]:
    assert answer.status == status, answer.raw
    assert answer.headers["content-type"] == "application/problem+json"
    body = dict(answer.body)
    assert {"type", "title", "status", "detail", "instance", "request_id"} <= body.keys()
    assert body["status"] == status and body["type"].startswith("/problems/")
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v2/me", "/api/", "/nothing.js"])
async def test_an_unknown_address_is_404(hub: RunningHub, path: str) -> None:
    assert assert_problem(await hub.call("GET", path), 404)["instance"] == path


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/api/v1/me"), ("PUT", "/api/v1/signals"), ("GET", "/api/v1/approve")]
)
async def test_a_wrong_method_is_405_and_says_which_are_right(
    hub: RunningHub, method: str, path: str
) -> None:
    answer = await hub.call(method, path)
    assert_problem(answer, 405)
    assert answer.headers["allow"]


@pytest.mark.parametrize("body", [b"", b"{", b"nope", b"\xff\xfe"])
async def test_a_body_that_is_not_json_is_400(hub: RunningHub, body: bytes) -> None:
    assert_problem(await hub.call("POST", "/api/v1/auth/login", body), 400)


async def test_a_wrong_body_is_422_with_pointers(hub: RunningHub) -> None:
    answer = await hub.call("POST", "/api/v1/auth/login", {"email": "a@example.com", "password": 7})
    body = assert_problem(answer, 422)
    assert body["errors"] == [{"pointer": "/password", "detail": body["errors"][0]["detail"]}]


async def test_a_body_too_large_is_413_declared_or_not(hub: RunningHub) -> None:
    big = b'{"email":"' + b"x" * 70_000 + b'"}'
    assert_problem(await hub.call("POST", "/api/v1/auth/login", big), 413)

    async def pieces() -> Any:
        for start in range(0, len(big), 10_000):
            yield big[start : start + 10_000]

    async with hub.http.post(hub.base_url + "/api/v1/auth/login", data=pieces()) as response:
        assert (response.status, response.content_type) == (413, "application/problem+json")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "bearer  "])
async def test_a_stranger_is_401(hub: RunningHub, header: str) -> None:
    assert_problem(await hub.call("GET", "/api/v1/me", headers={"authorization": header}), 401)


async def test_a_crash_is_500_and_tells_nothing_of_the_inside(hub: RunningHub) -> None:
    """A table that is gone is an honest crash."""
    endpoints = running(hub.res.settings.app.home)
    assert endpoints
    owner: Any = await asyncpg.connect(endpoints.owner_dsn)
    person = await hub.person()
    try:
        await owner.execute("alter table market.candles rename to gone")
        answer = await hub.call("GET", "/api/v1/candles?symbol=XAUUSD", headers=person.bearer)
    finally:
        await owner.execute("alter table market.gone rename to candles")
        await owner.close()
    assert_problem(answer, 500)
    for inside in (b"Traceback", b"market.", b"asyncpg", b"select", b".py"):
        assert inside not in answer.raw


async def test_the_request_id_is_echoed_when_it_is_one(hub: RunningHub) -> None:
    answer = await hub.call("GET", "/api/v1/health", headers={"x-request-id": "abc-123_4.5"})
    assert answer.headers["x-request-id"] == "abc-123_4.5"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>", "\u00fc"])
async def test_another_request_id_is_made_when_it_is_not(hub: RunningHub, given: str) -> None:
    made = (await hub.call("GET", "/api/v1/health", headers={"x-request-id": given})).headers["x-request-id"]
    assert made != given and len(made) == 36


async def test_every_answer_carries_the_security_headers(hub: RunningHub) -> None:
    for path in ("/api/v1/health", "/api/v1/nothing", "/docs"):
        headers = (await hub.call("GET", path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


async def test_health_readiness_and_version_answer(hub: RunningHub) -> None:
    assert (await hub.call("GET", "/api/v1/health")).body == {"status": "ok"}
    ready = await hub.call("GET", "/api/v1/ready")
    assert (ready.status, ready.body["status"], ready.body["migrations_pending"]) == (200, "ready", 0)
    assert (await hub.call("GET", "/api/v1/version")).body.keys() == {"version", "git_sha", "environment"}
