"""Traces: the one door to OpenTelemetry. While they are off, each call here is one comparison.

A span below the work that is going on is `span` or `client`; work that begins by itself is `begin`. What
goes on in another process carries a W3C `traceparent` (55 characters) in its row, message or job and is
`continued`, linked with the request or job that does it. Work that many traces share (a batch) is `shared`:
part of the first one's, linked with the others'. A span holds names and ids, never the arguments of a query
and never the text of an error.
"""

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from opentelemetry import trace
from opentelemetry.context import Context, attach, create_key, detach, get_value, set_value
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from hub.core.settings import Settings

__all__ = ["Span", "SpanKind"]

T = TypeVar("T")
Attributes = Mapping[str, str | int]
Entered = AbstractContextManager[Span | None]

_tracer: Tracer | None = None
_NOTHING: Entered = nullcontext()
_ENTRY = create_key("entry")
_W3C = TraceContextTextMapPropagator()

WANTED_TRACE_ID: ContextVar[int | None] = ContextVar("wanted_trace_id", default=None)
"""The id that the next trace of this context gets, where it must not be a random one."""


@contextmanager
def started(settings: "Settings", process: str) -> Iterator[None]:
    """Trace while the block runs, if a collector is named; at its end what is left is sent, for 3 s at most."""
    if not settings.telemetry.exporter_otlp_endpoint:
        yield
        return
    from hub.core import telemetry

    provider = telemetry.provider(settings, process)
    install(provider.get_tracer("caerus"))
    try:
        yield
    finally:
        install(None)
        telemetry.close(provider)


def install(tracer: Tracer | None) -> None:
    """Whom spans go to; None turns traces off."""
    global _tracer
    _tracer = tracer


def on() -> bool:
    return _tracer is not None


class _Entered:
    """A span that is the current one while the block runs. An error that leaves it is named, not told."""

    __slots__ = ("_entry", "_span", "_token")

    def __init__(self, span: Span, *, entry: bool = False) -> None:
        self._span, self._entry = span, entry

    def __enter__(self) -> Span:
        context = trace.set_span_in_context(self._span)
        self._token = attach(set_value(_ENTRY, self._span, context) if self._entry else context)
        return self._span

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        detach(self._token)
        _end(self._span, error)


def _end(span: Span, error: BaseException | None) -> None:
    if error is not None:
        span.set_attribute("error.type", type(error).__qualname__)
        span.set_status(Status(StatusCode.ERROR))
    span.end()


def span(name: str, attributes: Attributes | None = None, kind: SpanKind = SpanKind.INTERNAL) -> Entered:
    """A part of what is being recorded; nothing where nothing is."""
    if _tracer is None or not trace.get_current_span().is_recording():
        return _NOTHING
    return _Entered(_tracer.start_span(name, kind=kind, attributes=attributes))


def client(system: str, name: str, answer: Awaitable[T]) -> Awaitable[T]:
    """Await a database's answer below a span: `client("postgresql", "add_signals", db.fetch(...))`.

    Not a block, because it stands at every query: while traces are off it costs a call.
    """
    return answer if _tracer is None else _answered(system, name, answer)


async def _answered(system: str, name: str, answer: Awaitable[T]) -> T:
    with span(name, {"db.system.name": system, "db.query.summary": name}, SpanKind.CLIENT):
        return await answer


def begin(
    name: str,
    traceparent: str | None = None,
    kind: SpanKind = SpanKind.CONSUMER,
    attributes: Attributes | None = None,
) -> Entered:
    """Work that nothing here led to: it goes on with `traceparent`, or a trace begins."""
    if _tracer is None:
        return _NOTHING
    above = _context(traceparent) if traceparent else Context()
    return _Entered(_tracer.start_span(name, above, kind, attributes), entry=True)


def continued(traceparent: str | None, name: str, attributes: Attributes | None = None) -> Entered:
    """A span of a stored trace; it and the request or job that does the work are linked with each other."""
    if _tracer is None or traceparent is None:
        return _NOTHING
    entry = _entry()
    links = [Link(entry.get_span_context())] if entry.is_recording() else []
    made = _tracer.start_span(name, _context(traceparent), SpanKind.CONSUMER, attributes, links)
    entry.add_link(made.get_span_context())
    return _Entered(made)


def _entry() -> Span:
    """The span of the request or job that everything here is done for."""
    found = get_value(_ENTRY)
    return found if isinstance(found, Span) else trace.get_current_span()


def each(
    kind: SpanKind, moved: Sequence[tuple[str | None, str]]
) -> AbstractContextManager[list[Span | None]]:
    """A span in each of these traces, by (traceparent, name), around work that is done for all at once."""
    return nullcontext([None] * len(moved)) if _tracer is None else _each(kind, moved)


@contextmanager
def _each(kind: SpanKind, moved: Sequence[tuple[str | None, str]]) -> Iterator[list[Span | None]]:
    spans = [_one(kind, traceparent, name) for traceparent, name in moved]
    error: BaseException | None = None
    try:
        yield spans
    except BaseException as raised:
        error = raised
        raise
    finally:
        for made in spans:
            if made:
                _end(made, error)


def _one(kind: SpanKind, traceparent: str | None, name: str) -> Span | None:
    if _tracer is None or traceparent is None:
        return None
    return _tracer.start_span(name, _context(traceparent), kind)


def shared(name: str, spans: Sequence[Span | None], work: Awaitable[T]) -> Awaitable[T]:
    """Await work for many at once: a part of the first one's trace, and the others' are linked with it."""
    return work if _tracer is None else _shared(_tracer, name, spans, work)


async def _shared(tracer: Tracer, name: str, spans: Sequence[Span | None], work: Awaitable[T]) -> T:
    recorded = [each for each in spans if each and each.is_recording()]
    if not recorded:
        return await work
    first, *others = recorded
    links = [Link(other.get_span_context()) for other in others]
    made = tracer.start_span(name, trace.set_span_in_context(first), links=links)
    for other in others:
        other.add_link(made.get_span_context())
    with _Entered(made):
        return await work


def link(traceparent: str | None) -> None:
    """Link the request or job that is at work here with a stored trace."""
    if _tracer is not None and traceparent is not None:
        _entry().add_link(trace.get_current_span(_context(traceparent)).get_span_context())


def here() -> Span | None:
    """The span that is recorded at this moment."""
    if _tracer is None:
        return None
    span = trace.get_current_span()
    return span if span.is_recording() else None


def current() -> str | None:
    """The `traceparent` to store with what others will go on with."""
    return None if _tracer is None else _written(trace.get_current_span().get_span_context())


def onward(span: Span | None, otherwise: str | None) -> str | None:
    """A span's own `traceparent`; the one that came, where no span was made."""
    return _written(span.get_span_context()) if span else otherwise


def trace_id() -> str | None:
    """The id of the trace at work here, for log lines."""
    if _tracer is None:
        return None
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def _context(traceparent: str) -> Context:
    return _W3C.extract({"traceparent": traceparent}, Context())


def _written(context: SpanContext) -> str | None:
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
