"""Traces turned on for a while, with a collector that keeps them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.core import tracing
from hub.core.settings import Settings, TelemetrySettings
from tests.fakes.otlp import Collector, collecting


def telling(settings: Settings, endpoint: str, ratio: float = 1.0) -> Settings:
    """The same settings, with a collector."""
    telemetry = TelemetrySettings(exporter_otlp_endpoint=endpoint, traces_sampler_arg=ratio)
    return settings.model_copy(update={"telemetry": telemetry})


@asynccontextmanager
async def traced(settings: Settings, *, ratio: float = 1.0) -> AsyncIterator[Collector]:
    """Everything in this process is traced while the block runs; after it the collector has all of it.

    Ending blocks until the last spans are sent, so it happens in a thread: the collector runs on this loop.
    """
    async with collecting() as collector:
        started = tracing.started(telling(settings, collector.url, ratio), "test")
        started.__enter__()
        try:
            yield collector
        finally:
            await asyncio.to_thread(started.__exit__, None, None, None)
