"""Spans of requests and jobs: names, ids, what is kept, and what all of it costs while it is off."""

import asyncio
import random
import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any
from uuid import UUID, uuid4

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import Sampler, TraceIdRatioBased

from hub.core import jobs, tracing
from hub.core.ids import uuid7
from hub.core.redis import open_redis
from hub.core.resources import Resources
from hub.core.settings import Settings
from hub.core.telemetry import Ratio
from tests.fakes.otlp import Collector
from tests.hubs import RunningHub, until
from tests.traced import traced

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
HEALTH = "/api/v1/health"


async def asked(
    hub: RunningHub, settings: Settings, headers: dict[str, str], path: str = HEALTH, ratio: float = 1.0
) -> Collector:
    async with traced(settings, ratio=ratio) as collector:
        await hub.call("GET", path, headers=headers)
    return collector


async def test_a_request_is_named_by_its_route_and_described_as_the_conventions_say(
    hub: RunningHub, settings: Settings
) -> None:
    path = f"/api/v1/signals/{uuid4()}"
    headers = (await hub.person()).bearer | {"x-request-id": "r-1"}
    collector = await asked(hub, settings, headers, path)
    [span] = collector.named("GET /api/v1/signals/{id}")
    assert (span.kind, span.parent, span.failed) == ("server", "", False)
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/api/v1/signals/{id}",
        "http.response.status_code": 404,
        "network.protocol.version": "1.1",
        "url.path": path,
        "url.scheme": "http",
        "caerus.request_id": "r-1",
    }
    [query] = collector.named("signal_for_user")
    assert (query.trace, query.parent, query.kind) == (span.trace, span.id, "client")
    assert query.attributes == {"db.system.name": "postgresql", "db.query.summary": "signal_for_user"}
    about = {"service.name": "caerus", "service.version": "dev", "deployment.environment.name": "development"}
    assert about.items() <= span.resource.items()


async def test_an_unknown_address_is_named_by_its_method_alone(hub: RunningHub, settings: Settings) -> None:
    collector = await asked(hub, settings, {}, "/nothing.js")
    [span] = collector.spans
    assert (span.name, span.attributes["http.response.status_code"]) == ("GET", 404)
    assert "http.route" not in span.attributes


async def test_a_path_of_any_length_is_cut(hub: RunningHub, settings: Settings) -> None:
    async with traced(settings) as collector:
        await hub.call("GET", "/" + "x" * 5_000)
        await until(lambda: bool(collector.spans))
    assert len(collector.spans[0].attributes["url.path"]) == 256


@pytest.mark.parametrize(
    ("headers", "trace", "parent"),
    [
        ({"traceparent": f"00-{TRACE}-{PARENT}-01"}, TRACE, PARENT),
        ({"traceparent": f"00-{TRACE}-{PARENT}-01", "x-request-id": "f" * 32}, TRACE, PARENT),
        ({"traceparent": f"cc-{TRACE}-{PARENT}-01-what-comes-after-us"}, TRACE, PARENT),
        ({"x-request-id": TRACE}, TRACE, ""),
        ({"x-request-id": TRACE.upper()}, TRACE, ""),
        ({"x-request-id": str(UUID(TRACE))}, TRACE, ""),
        ({"traceparent": f"00-{TRACE}-{PARENT}", "x-request-id": "f" * 32}, "f" * 32, ""),
        ({"traceparent": f"ff-{TRACE}-{PARENT}-01", "x-request-id": "f" * 32}, "f" * 32, ""),
        ({"traceparent": f"00-{'0' * 32}-{PARENT}-01", "x-request-id": "f" * 32}, "f" * 32, ""),
    ],
)
async def test_a_caller_s_trace_is_gone_on_with_or_its_request_id_names_one(
    hub: RunningHub, settings: Settings, headers: dict[str, str], trace: str, parent: str
) -> None:
    [span] = (await asked(hub, settings, headers)).named(f"GET {HEALTH}")
    assert (span.trace, span.parent) == (trace, parent)


@pytest.mark.parametrize("given", ["", "r-1", "0" * 32, TRACE + "0", f"{{{UUID(TRACE)}}}", "g" * 32])
async def test_any_other_request_id_gets_a_random_trace(
    hub: RunningHub, settings: Settings, given: str
) -> None:
    headers = {"x-request-id": given} if given else {}
    [span] = (await asked(hub, settings, headers)).named(f"GET {HEALTH}")
    assert len(span.trace) == 32 and span.trace not in (given, "0" * 32) and not span.parent


async def test_a_caller_may_ask_not_to_be_recorded(hub: RunningHub, settings: Settings) -> None:
    assert (await asked(hub, settings, {"traceparent": f"00-{TRACE}-{PARENT}-00"})).spans == []


async def test_a_caller_who_asks_to_be_recorded_does_not_lift_the_ratio(
    hub: RunningHub, settings: Settings
) -> None:
    assert (await asked(hub, settings, {"traceparent": f"00-{TRACE}-{PARENT}-01"}, ratio=0.0)).spans == []


def taken(sampler: Sampler, ids: list[int]) -> int:
    return sum(sampler.should_sample(None, id, "x").decision.is_sampled() for id in ids)


@pytest.mark.parametrize("ratio", [0.0, 0.1, 0.5, 1.0])
def test_the_ratio_holds_for_uuids_as_for_random_ids(ratio: float) -> None:
    named, drawn = [uuid4().int for _ in range(4_000)], [random.getrandbits(128) for _ in range(4_000)]
    for ids in (named, drawn, [uuid7().int for _ in range(4_000)]):
        assert taken(Ratio(ratio), ids) == pytest.approx(4_000 * ratio, abs=200)


def test_the_sdk_s_own_sampler_would_take_no_uuid_or_every_one() -> None:
    """The negative control of the test above."""
    ids = [uuid4().int for _ in range(1_000)]
    assert [taken(TraceIdRatioBased(ratio), ids) for ratio in (0.5, 0.75)] == [0, 1_000]


async def test_a_crash_is_named_and_its_text_stays_here(hub: RunningHub, settings: Settings) -> None:
    async with traced(settings) as collector:
        with pytest.raises(LookupError), tracing.begin("job broken"):
            async with hub.res.db.transaction():
                raise LookupError("hunter2")
    for name in ("job broken", "transaction"):
        [span] = collector.named(name)
        assert span.failed and span.attributes["error.type"] == "LookupError"
        assert b"hunter2" not in span.raw


async def test_nothing_is_recorded_where_nothing_led_to_it(hub: RunningHub, settings: Settings) -> None:
    async with traced(settings) as collector:
        await hub.rows("select 1")
        await hub.res.feed.position("nobody")
        async with hub.res.db.transaction():
            pass
    assert collector.spans == []


# arq closes its Redis client by a name that the client calls old.
closes_as_arq = pytest.mark.filterwarnings("ignore:Call to deprecated close:DeprecationWarning")

seen: asyncio.Queue[tuple[str, str | None]] = asyncio.Queue()


@jobs.job
async def note(res: Resources, text: str) -> None:
    """A job that says in which trace it ran."""
    await res.db.fetch("select 1")
    seen.put_nowait((text, tracing.trace_id()))


async def worked(hub: RunningHub, redis_url: str, *, attempts: Callable[[], bool]) -> None:
    working = asyncio.create_task(jobs.work(hub.res, redis_url))
    await until(attempts)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


@closes_as_arq
async def test_a_job_goes_on_with_the_trace_of_what_enqueued_it(
    hub: RunningHub, settings: Settings, apart_redis: str
) -> None:
    redis = open_redis(apart_redis)
    queue = jobs.queue(redis)
    async with traced(settings) as collector:
        with tracing.begin("what led to it") as led:
            await jobs.enqueue(queue, note, "within")
        await jobs.enqueue(queue, note, "by itself")
        await worked(hub, apart_redis, attempts=lambda: seen.qsize() == 2)
        assert led is not None
    await redis.aclose()
    ran = dict([seen.get_nowait(), seen.get_nowait()])
    [first] = collector.named("what led to it")
    within = [span for span in collector.named("job note") if span.trace == first.trace]
    alone = [span for span in collector.named("job note") if span.trace != first.trace]
    assert [(span.parent, span.kind) for span in within] == [(first.id, "consumer")]
    assert ran == {"within": first.trace, "by itself": alone[0].trace}
    assert [span.parent for span in alone] == [""] and alone[0].attributes["caerus.attempt"] == 1


@closes_as_arq
async def test_without_traces_a_job_runs_in_none(hub: RunningHub, apart_redis: str) -> None:
    redis = open_redis(apart_redis)
    await jobs.enqueue(jobs.queue(redis), note, "off")
    await worked(hub, apart_redis, attempts=lambda: seen.qsize() == 1)
    await redis.aclose()
    assert seen.get_nowait() == ("off", None)


def steps(call: Callable[[], object]) -> int:
    """How many instructions of Python `call` runs, in all that it calls: a cost that no machine changes."""
    counted = 0

    def count(frame: FrameType, event: str, _: object) -> Any:
        nonlocal counted
        frame.f_trace_opcodes = True
        counted += event == "opcode"
        return count

    sys.settrace(count)
    try:
        call()
    finally:
        sys.settrace(None)
    return counted


def test_while_traces_are_off_a_call_is_a_comparison_and_makes_nothing() -> None:
    """What a signed POST of a signal calls; `bench/tracing.py` tells what all of it costs together."""
    assert not tracing.on()
    answer: Any = object()
    made = tracing.span("transaction")
    assert made is tracing.begin("job") is tracing.span("another")
    assert tracing.shared("batch signals", [None], answer) is answer
    assert tracing.client("postgresql", "add_signals", answer) is answer
    for call in (
        tracing.on,
        tracing.trace_id,
        tracing.current,
        tracing.here,
        partial(tracing.client, "postgresql", "add_signals", answer),
        partial(tracing.shared, "batch signals", [None], answer),
        partial(tracing.span, "transaction"),
        partial(tracing.begin, "job"),
    ):
        assert 0 < steps(call) <= 8, call


def test_while_traces_are_on_it_is_more_than_a_comparison() -> None:
    """The control of the test before: the count sees what is called."""
    tracing.install(TracerProvider().get_tracer("test"))
    try:
        assert steps(partial(tracing.begin, "job")) > 100
    finally:
        tracing.install(None)
