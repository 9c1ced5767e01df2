"""Headers on every answer, and pages of other origins."""

from collections.abc import AsyncIterator

import pytest

from hub.core.embedded import Endpoints
from hub.core.settings import AccessSettings, MailSettings, Settings
from tests.hubs import RunningHub, running_hub

WEB, MINI, STRANGE = "https://app.caerus.example", "https://mini.caerus.example", "https://evil.example"


@pytest.fixture(scope="module")
async def public(settings: Settings, servers: Endpoints) -> AsyncIterator[RunningHub]:
    """A hub behind HTTPS with pages on other origins."""
    access = AccessSettings(cors_web_origins=f"{WEB}/", cors_miniapp_origins=MINI)
    changed = {"access": access, "mail": MailSettings(PUBLIC_URL="https://caerus.example")}
    async with running_hub(settings.model_copy(update=changed), servers.dsn, servers.redis_url) as running:
        yield running


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/api/v1/health", "/api/v1/me", "/api/none"])
async def test_every_answer_carries_the_security_headers(public: RunningHub, path: str) -> None:
    headers = (await public.call("GET", path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]  # default-src 'self' holds: nothing inline
    assert "server" not in headers and headers["x-request-id"]


async def test_over_plain_http_nobody_is_told_to_use_https(hub: RunningHub) -> None:
    assert "strict-transport-security" not in (await hub.call("GET", "/api/v1/health")).headers


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/me", "/api/v1/none"])
async def test_answers_of_the_api_are_kept_by_nobody(public: RunningHub, path: str) -> None:
    assert (await public.call("GET", path)).headers["cache-control"] == "no-store"


async def preflight(hub: RunningHub, path: str, origin: str) -> tuple[int, str | None]:
    asked = {"origin": origin, "access-control-request-method": "POST"}
    answer = await hub.call("OPTIONS", path, headers=asked)
    return answer.status, answer.headers.get("access-control-allow-origin")


@pytest.mark.parametrize(
    ("path", "origin", "allowed"),
    [
        ("/api/v1/approve", WEB, True),
        ("/api/v1/approve", MINI, True),
        ("/api/v1/approve", STRANGE, False),
        ("/api/v1/approve", "null", False),
        ("/api/v1/approve", WEB.replace("https", "http"), False),
        ("/api/v1/approve", f"{WEB}.evil.example", False),
        ("/api/v1/admin/users/x/plan", WEB, True),
        ("/api/v1/admin/users/x/plan", MINI, False),
        ("/api/v1/auth/refresh", MINI, False),
    ],
)
async def test_pages_of_other_origins_may_call_what_is_theirs(
    public: RunningHub, path: str, origin: str, allowed: bool
) -> None:
    assert await preflight(public, path, origin) == ((204, origin) if allowed else (403, None))
    answer = await public.call("GET", path, headers={"origin": origin})
    assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
    assert "access-control-allow-credentials" not in answer.headers


async def test_without_configured_origins_no_page_elsewhere_may_call(hub: RunningHub) -> None:
    assert await preflight(hub, "/api/v1/approve", WEB) == (403, None)
