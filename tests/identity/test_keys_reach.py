"""Where a key may go: only to endpoints that name a scope, whatever scopes it has."""

import re
from typing import Any
from uuid import UUID

import pytest

from hub.core import guards
from hub.core.stream import messages
from hub.core.web import Endpoint
from hub.rooms import APIS
from tests.hubs import RunningHub
from tests.identity.test_keys import made
from tests.stream.sockets import opened

CLOSED = [each for api in APIS for each in api.endpoints if each.guard.scheme == "bearer"]
NOWHERE = str(UUID(int=0))


@pytest.fixture(scope="module")
async def key(hub: RunningHub) -> dict[str, str]:
    """A key of an owner with every scope there is."""
    _, headers = await made(hub, await hub.person("owner"), *guards.SCOPES)
    return headers


@pytest.mark.parametrize("endpoint", CLOSED, ids=lambda e: e.route)
async def test_a_key_reaches_what_names_a_scope_and_nothing_else(
    hub: RunningHub, key: dict[str, str], endpoint: Endpoint
) -> None:
    path = endpoint.path
    for name in endpoint.path_params:
        path = path.replace(f"{{{name}}}", NOWHERE)
    body: Any = {} if endpoint.body else None
    answer = await hub.call(endpoint.method, path, body, key)
    if endpoint.guard.scope:
        assert answer.status in (200, 404, 422), answer.raw
    else:
        assert (answer.status, answer.body["detail"]) == (403, "API keys may not do this; sign in.")


def test_no_scope_leads_to_signing_in_keys_or_approving() -> None:
    scoped = {endpoint.path for endpoint in CLOSED if endpoint.guard.scope}
    closed_for_good = r"/api/v1/(auth|approve|api-keys|me$|users/me|devices|users/.*/mfa)"
    assert scoped and not [path for path in scoped if re.match(closed_for_good, path)]
    assert {endpoint.guard.scope for endpoint in CLOSED} - {""} == set(guards.SCOPES)


async def test_a_key_opens_no_stream(hub: RunningHub, key: dict[str, str]) -> None:
    async with opened(hub) as stream:
        await stream.send(op="auth", token=key["authorization"].removeprefix("Bearer "))
        assert await stream.close_code() == messages.UNAUTHENTICATED
