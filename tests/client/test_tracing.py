"""One trace for each item of a producer, whatever it takes to deliver it."""

import re

import pytest
from caerus_client.spool import Spool, cancel
from caerus_client.tracing import trace_id, traceparent
from opentelemetry.context import Context
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from tests.client.test_producer import draining, post, settled

LEVEL_1 = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-01")


def parts(hub) -> list[tuple[str, str]]:
    """(trace id, span id) of each request the hub has seen."""
    found = [LEVEL_1.fullmatch(text) for text in hub.traceparents]
    assert all(found), hub.traceparents
    return [(match[1], match[2]) for match in found]


async def test_attempts_of_one_signal_share_a_trace_and_have_spans_of_their_own(hub, spool):
    hub.faults.extend(["cut", 503, "drop"])
    spool.put([post(1)])
    async with draining(hub, spool) as client:
        await settled(client)
    seen = parts(hub)
    assert len(seen) == 4
    assert len({trace for trace, _ in seen}) == 1
    assert len({span for _, span in seen}) == 4


async def test_each_item_has_a_trace_of_its_own_a_cancel_too(hub, spool):
    spool.put([post(1), post(2), cancel("setup-1", "New Setup")])
    async with draining(hub, spool) as client:
        await settled(client)
    assert len({trace for trace, _ in parts(hub)}) == 3


def test_a_restart_goes_on_with_the_trace(tmp_path):
    with Spool(tmp_path / "s.db") as first:
        first.put([post(1), post(2)])
        before = [trace_id(item) for item in first.pending()]
    with Spool(tmp_path / "s.db") as second:
        assert [trace_id(item) for item in second.pending()] == before
    assert len(set(before)) == 2


def test_the_same_signal_put_into_two_spools_is_two_traces(tmp_path):
    found = set()
    for name in ("a.db", "b.db"):
        with Spool(tmp_path / name) as spool:
            spool.put([post(1)])
            found.add(trace_id(spool.pending()[0]))
    assert len(found) == 2


@pytest.mark.parametrize("id", ["0af7651916cd43dd8448eb211c80319c", "f" * 32])
def test_the_header_is_what_opentelemetry_reads(id):
    text = traceparent(id)
    context = TraceContextTextMapPropagator().extract({"traceparent": text}, Context())
    read = get_current_span(context).get_span_context()
    assert (f"{read.trace_id:032x}", len(text), read.is_remote) == (id, 55, True)
    assert read.trace_flags.sampled
