"""The API document (OpenAPI 3.1), from the endpoints' own types."""

import inspect
import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec

from hub.core.problems import FieldError, Problem
from hub.core.stream.topics import Topics
from hub.core.web import Api, Endpoint


class ProblemDocument(msgspec.Struct, frozen=True, rename={"kind": "type"}):
    """RFC 9457; a problem may have more members than these."""

    kind: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FieldError] = []


_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "producer": {"type": "apiKey", "in": "header", "name": "X-Signature", "description": "with X-Producer-Id, X-Timestamp, optional X-Nonce"},
    "device": {"type": "apiKey", "in": "header", "name": "X-Signature", "description": "with X-Device-Id, X-Nonce, X-Timestamp"},
}  # fmt: skip


def document(apis: Iterable[Api], topics: Topics, *, version: str) -> dict[str, Any]:
    """The whole document; the stream's event types are among its schemas."""
    endpoints = [(api.tag, endpoint) for api in apis for endpoint in api.endpoints]
    types = _types([endpoint for _, endpoint in endpoints], topics)
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    schema_of = dict(zip(map(repr, types), schemas, strict=True))
    paths: dict[str, Any] = {}
    for tag, endpoint in endpoints:
        path = re.sub(r"{(\w+):\w+}", r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(tag, endpoint, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Caerus", "version": version},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


def _types(endpoints: list[Endpoint], topics: Topics) -> list[Any]:
    found = {repr(t): t for e in endpoints for t in (e.body, e.returns) if t not in (None, type(None))}
    found |= {repr(topic.event): topic.event for topic in topics.by_namespace.values()}
    return [*found.values(), ProblemDocument]


def _operation(tag: str, endpoint: Endpoint, schema_of: dict[str, Any]) -> dict[str, Any]:
    doc = inspect.getdoc(endpoint.handler) or endpoint.handler.__name__
    operation: dict[str, Any] = {
        "operationId": endpoint.handler.__name__,
        "tags": [tag],
        "summary": doc.splitlines()[0],
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint)],
        "responses": {str(endpoint.status): _answer(endpoint, schema_of)} | _refusals(endpoint, schema_of),
        "security": [{endpoint.guard.scheme: []}] if endpoint.guard.scheme else [],
    }
    if endpoint.body:
        content = {"application/json": {"schema": schema_of[repr(endpoint.body)]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _answer(endpoint: Endpoint, schema_of: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(endpoint.status).phrase}
    if endpoint.returns not in (None, type(None)):
        schema = schema_of[repr(endpoint.returns)]
        answer["content"] = {schema.get("contentMediaType", "application/json"): {"schema": schema}}
    return answer


def _refusals(endpoint: Endpoint, schema_of: dict[str, Any]) -> dict[str, Any]:
    """The declared ones, and those every endpoint has by what it takes."""
    by_status: dict[int, list[str]] = {}
    for refusal in endpoint.raises:
        by_status.setdefault(refusal.status, []).append(refusal.title)
    if endpoint.guard.scheme:
        by_status.setdefault(401, ["Not authenticated"])
        by_status.setdefault(403, ["Not allowed"])
    if endpoint.limit != "none":
        by_status.setdefault(429, ["Too many requests"])
    if endpoint.limit == "auth":
        by_status.setdefault(503, ["Unavailable"])
    if endpoint.idempotent:
        by_status.setdefault(409, ["Conflict"])
    if endpoint.body:
        by_status.setdefault(Problem.status, [Problem.title])
        by_status.setdefault(408, ["Body too slow"])
        by_status.setdefault(413, ["Body too large"])
    if endpoint.body or endpoint.query:
        by_status.setdefault(422, ["Invalid request"])
    if endpoint.path_params:
        by_status.setdefault(404, ["Not found"])
    content = {"application/problem+json": {"schema": schema_of[repr(ProblemDocument)]}}
    return {
        str(status): {"description": " or ".join(titles), "content": content}
        for status, titles in sorted(by_status.items())
    }


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _inline(kind)}
        for name, kind in endpoint.path_params.items()
    ]


def _query_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    if not endpoint.query:
        return []
    return [
        {"name": field.encode_name, "in": "query", "required": field.required, "schema": _inline(field.type)}
        for field in msgspec.structs.fields(endpoint.query)
    ]


def _inline(kind: Any) -> Any:
    [schema], _ = msgspec.json.schema_components([kind])
    return schema
