"""Where spans go: the OpenTelemetry SDK with its OTLP/HTTP exporter, which is loaded only when traces are on.

Spans are sent in batches by a thread. A collector that is away or slow costs spans (8,192 wait at most, then
new ones push the oldest out), never a request.
"""

import os
import threading
from collections.abc import Sequence

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes

from hub.core.settings import Settings
from hub.core.tracing import WANTED_TRACE_ID

_SEND_SECONDS = 5
_CLOSE_SECONDS = 3
_WAITING = 8_192
_LONGEST_VALUE = 256


def provider(settings: Settings, process: str) -> TracerProvider:
    """A provider that samples, names this process and sends to the collector."""
    telemetry = settings.telemetry
    made = TracerProvider(
        sampler=ParentBased(
            root=Ratio(telemetry.traces_sampler_arg),
            # A caller may ask not to be recorded; asking to be does not lift the ratio.
            remote_parent_sampled=Ratio(telemetry.traces_sampler_arg),
        ),
        resource=_resource(settings, process),
        id_generator=_Ids(),
        span_limits=SpanLimits(max_span_attribute_length=_LONGEST_VALUE),
        shutdown_on_exit=False,
    )
    endpoint = telemetry.exporter_otlp_endpoint.rstrip("/") + "/v1/traces"
    exporter = OTLPSpanExporter(endpoint, timeout=_SEND_SECONDS)
    made.add_span_processor(
        BatchSpanProcessor(exporter, max_queue_size=_WAITING, schedule_delay_millis=1_000)
    )
    return made


def close(provider: TracerProvider) -> None:
    """Send what is left; a collector that does not take it in time does not hold up the process."""
    closing = threading.Thread(target=provider.shutdown, name="traces", daemon=True)
    closing.start()
    closing.join(_CLOSE_SECONDS)


def _resource(settings: Settings, process: str) -> Resource:
    return Resource(
        {
            "service.name": settings.telemetry.service_name,
            "service.version": settings.app.version or "dev",
            "service.instance.id": f"{process}-{os.getpid()}",
            "deployment.environment.name": settings.app.env,
        }
    )


class _Ids(RandomIdGenerator):
    """Random ids, but for a trace that is asked for by name (`X-Request-Id`)."""

    def generate_trace_id(self) -> int:
        return WANTED_TRACE_ID.get() or super().generate_trace_id()

    def is_trace_id_random(self) -> bool:
        return False


class Ratio(Sampler):
    """This share of traces, by the id's low 56 bits: W3C Trace Context, level 2, says that those are random.

    The SDK's own sampler looks at 64, of which the upper two are fixed in a UUID, so that a ratio of one half
    would take every trace that is named by a UUID, or none. A trace id is decided alike by every process.
    """

    def __init__(self, ratio: float) -> None:
        self._ratio, self._bound = ratio, round(ratio * (1 << 56))

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        taken = trace_id & ((1 << 56) - 1) < self._bound
        return SamplingResult(Decision.RECORD_AND_SAMPLE if taken else Decision.DROP, attributes)

    def get_description(self) -> str:
        return f"Ratio{{{self._ratio}}}"
