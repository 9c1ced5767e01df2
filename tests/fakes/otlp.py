"""An OpenTelemetry collector: OTLP/HTTP with protobuf bodies, as in the specification 1.9 (`POST /v1/traces`)."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from msgspec import Struct
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1 import trace_pb2

KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}


class Span(Struct, frozen=True):
    """One span as it came over the wire; ids in hex, `links` as (trace id, span id)."""

    trace: str
    id: str
    parent: str
    name: str
    kind: str
    attributes: dict[str, Any]
    links: list[tuple[str, str]]
    failed: bool
    resource: dict[str, Any]
    raw: bytes


class Collector:
    """Keeps every span it is sent. With `hangs` it takes connections and answers nothing."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.requests = 0
        self.hangs = False
        self.url = ""

    async def traces(self, request: web.Request) -> web.Response:
        self.requests += 1
        if self.hangs:
            await asyncio.sleep(3600)
        assert request.content_type == "application/x-protobuf"
        body = await request.read()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        for block in ExportTraceServiceRequest.FromString(body).resource_spans:
            about = _attributes(block.resource.attributes)
            self.spans += [_span(span, about) for scope in block.scope_spans for span in scope.spans]
        answer = ExportTraceServiceResponse().SerializeToString()
        return web.Response(body=answer, content_type="application/x-protobuf")

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]

    def trace(self, id: str) -> dict[str, list[Span]]:
        """A trace's spans by name."""
        found: dict[str, list[Span]] = {}
        for span in self.spans:
            if span.trace == id:
                found.setdefault(span.name, []).append(span)
        return found

    def above(self, span: Span) -> list[str]:
        """The names from a span's parent up to its root."""
        [*parents] = [each for each in self.spans if each.id == span.parent and each.trace == span.trace]
        return [parents[0].name, *self.above(parents[0])] if parents else []


def _span(span: trace_pb2.Span, resource: dict[str, Any]) -> Span:
    return Span(
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        name=span.name,
        kind=KINDS[span.kind],
        attributes=_attributes(span.attributes),
        links=[(link.trace_id.hex(), link.span_id.hex()) for link in span.links],
        failed=span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
        resource=resource,
        raw=span.SerializeToString(),
    )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    """A collector on a free port of this loop."""
    collector = Collector()
    app = web.Application(client_max_size=64 << 20)
    app.router.add_post("/v1/traces", collector.traces)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    collector.url = f"http://{host}:{port}"
    try:
        yield collector
    finally:
        await runner.cleanup()
