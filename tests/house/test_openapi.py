"""The API document, and what an endpoint must declare to exist at all."""

from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from hub.app import api_document
from hub.core import guards
from hub.core.guards import Guard
from hub.core.paging import PageQuery
from hub.core.stream.topics import Topics, topics
from hub.core.web import Api, Call, Endpoint
from hub.rooms import APIS
from tests.hubs import RunningHub

ENDPOINTS = [endpoint for api in APIS for endpoint in api.endpoints]


def structs_in(kind: Any) -> Iterator[type[msgspec.Struct]]:
    """A type's structs, its fields' included."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
        for field in msgspec.structs.fields(kind):
            yield from structs_in(field.type)
    for part in get_args(kind):
        yield from structs_in(part)


def test_the_document_is_valid_openapi_3_1() -> None:
    document = msgspec.json.decode(msgspec.json.encode(api_document()))
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_endpoint_is_in_the_document_with_its_security() -> None:
    paths = api_document()["paths"]
    ids = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(ids) == len(set(ids)) == len(ENDPOINTS)
    for path, operations in paths.items():
        for operation in operations.values():
            closed = operation["security"] != []
            assert closed == ("401" in operation["responses"]) or "/auth/" in path, operation["operationId"]


async def test_the_document_is_served(hub: RunningHub) -> None:
    answer = await hub.call("GET", "/openapi.json")
    assert answer.status == 200
    assert answer.body == msgspec.json.decode(msgspec.json.encode(api_document()))
    assert (await hub.call("GET", "/docs")).headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: f"{e.method} {e.path}")
async def test_every_guarded_endpoint_refuses_strangers(hub: RunningHub, endpoint: Endpoint) -> None:
    assert isinstance(endpoint.guard, Guard)
    path = endpoint.path.replace("{id}", str(msgspec.UNSET)).replace("{approval_id}", "x")
    body = {} if endpoint.method in ("POST", "PATCH") else None
    answer = await hub.call(endpoint.method, path, body)
    assert (answer.status == 401) == bool(endpoint.guard.scheme) or endpoint.path.startswith("/api/v1/auth/")


def test_only_these_endpoints_are_public() -> None:
    public = {endpoint.path.removeprefix("/api/v1") for endpoint in ENDPOINTS if not endpoint.guard.scheme}
    assert public == {
        "/health",
        "/ready",
        "/version",
        "/auth/login",
        "/auth/refresh",
        "/auth/logout",
        "/auth/mfa/verify",
        "/auth/register",
        "/auth/verify-email",
        "/auth/verify-email/resend",
        "/auth/password/forgot",
        "/auth/password/reset",
        "/consent",
        "/copy/consent",
    }


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: f"{e.method} {e.path}")
def test_every_body_and_query_refuses_unknown_fields(endpoint: Endpoint) -> None:
    for kind in (endpoint.body, endpoint.query):
        for struct in structs_in(kind):
            assert struct.__struct_config__.forbid_unknown_fields, struct


def test_an_endpoint_without_a_guard_fails_at_import() -> None:
    with pytest.raises(TypeError, match="guard"):
        Api("/x", tag="x").get("/open")  # type: ignore[call-arg]


def test_an_endpoint_without_annotations_fails_at_import() -> None:
    async def bare(call: Call, body):  # type: ignore[no-untyped-def]
        return None

    async def without_return(call: Call, query: PageQuery):  # type: ignore[no-untyped-def]
        return None

    for handler in (bare, without_return):
        with pytest.raises(TypeError, match="annotate"):
            Api("/x", tag="x").post(guard=guards.public)(handler)


def test_a_topic_is_declared_once() -> None:
    table = Topics()

    async def guard(who: Any) -> bool:
        return True

    table.topic("news", event=dict)(guard)
    with pytest.raises(ValueError, match="twice"):
        table.topic("news:{id}", event=dict)(guard)
    assert set(topics.by_namespace) >= {"signals", "approvals", "executions", "candles"}
