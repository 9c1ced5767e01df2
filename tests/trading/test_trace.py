"""One trace from a producer's POST to the terminal's acknowledgement, over every hop between."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from caerus_client.device import DeviceClient
from caerus_client.keys import encode_secret
from caerus_client.models import Ack
from caerus_client.producer import ProducerClient
from caerus_client.signing import device_headers, fresh_nonce
from caerus_client.spool import Spool, signal
from caerus_client.tracing import trace_id
from msgspec import Struct

from hub.core import tracing
from hub.core.settings import Settings
from tests.fakes.otlp import Collector, Span
from tests.hubs import PASSWORD, Answer, Device, Person, Producer, RunningHub, now_text, signal_body, until
from tests.stream.sockets import signed_in
from tests.traced import traced


async def post(hub: RunningHub, producer: Producer, folder: Path) -> str:
    """Post a signal as a producer does, through the SDK; its trace id."""
    with Spool(folder / "spool.db") as spool:
        spool.put([signal("setup-1", signal_body())])
        [item] = spool.pending()
        async with ProducerClient(hub.base_url, producer.id, producer.key.decode(), spool) as client:
            working = asyncio.create_task(client.run())
            await client.settled()
            working.cancel()
        assert spool.totals() == {"stored": 1}
        return trace_id(item)


async def take(hub: RunningHub, device: Device, status: str = "placed") -> str:
    """Poll and acknowledge as a terminal does, through the SDK; the command's id."""
    async with DeviceClient(hub.base_url, device.id, encode_secret(device.key)) as client:
        [command] = (await client.poll(wait=5)).commands
        client.open(command)
        now = datetime.now(UTC).isoformat()
        await client.ack(Ack(command_id=command.id, status=status, at=now, broker_ticket="T-4711"))  # type: ignore[arg-type]
        return command.id


class Ran(Struct, frozen=True):
    """A signal that went all the way, and what the collector has of it."""

    collector: Collector
    trace: str
    device: Device


async def ran(hub: RunningHub, settings: Settings, folder: Path) -> Ran:
    """The whole loop, with a socket listening."""
    person = await hub.person()
    device = await hub.device(person)
    async with traced(settings) as collector, signed_in(hub, person) as stream:
        await stream.sub("signals")
        trace = await post(hub, await hub.producer(), folder)
        [told] = await stream.take(1)
        assert (await hub.approve(person, told["data"]["id"])).status == 201
        await take(hub, device)
        await until(lambda: bool(collector.named("relay execution.acknowledged")))
    return Ran(collector, trace, device)


async def test_one_trace_from_ingest_to_acknowledgement(
    hub: RunningHub, settings: Settings, tmp_path: Path
) -> None:
    run = await ran(hub, settings, tmp_path)
    collector, spans = run.collector, run.collector.trace(run.trace)
    ingest = ["transaction", "batch signals", "POST /api/v1/signals"]
    assert collector.above(spans["add_signals"][0]) == ingest
    assert {"append_events", "chain_head", "add_entries", "limits.take"} <= spans.keys()
    assert collector.above(spans["relay signal.created"][0]) == ["POST /api/v1/signals"]
    assert collector.above(spans["deliver signals"][0]) == ["relay signal.created", "POST /api/v1/signals"]
    assert collector.above(spans["issue command"][0]) == ["POST /api/v1/signals"]
    assert collector.above(spans["add_command"][0]) == ["issue command", "POST /api/v1/signals"]
    assert collector.above(spans["relay command.issued"][0]) == ["issue command", "POST /api/v1/signals"]
    assert collector.above(spans["hand out command"][0]) == ["issue command", "POST /api/v1/signals"]
    acknowledged = ["acknowledge placed", "issue command", "POST /api/v1/signals"]
    assert collector.above(spans["put_execution"][0]) == acknowledged
    assert collector.above(spans["relay execution.acknowledged"][0]) == acknowledged
    assert {"bus.publish", "delete_events"} <= spans.keys()


async def test_the_approval_is_a_trace_of_its_own_that_links_to_the_signal_s(
    hub: RunningHub, settings: Settings, tmp_path: Path
) -> None:
    run = await ran(hub, settings, tmp_path)
    collector, trace = run.collector, run.trace
    [approval] = collector.named("POST /api/v1/approve")
    [posted] = collector.named("POST /api/v1/signals")
    assert approval.trace != trace and posted.trace == trace
    assert (trace, posted.id) in approval.links
    assert "add_approval" in collector.trace(approval.trace)
    [issued] = collector.named("issue command")
    assert issued.links == [(approval.trace, approval.id)]


@pytest.mark.parametrize(
    ("work", "request_name"),
    [
        ("hand out command", "GET /api/v1/client/poll"),
        ("acknowledge placed", "POST /api/v1/client/ack"),
    ],
)
async def test_a_terminal_s_requests_and_the_signal_s_trace_are_linked_both_ways(
    hub: RunningHub, settings: Settings, tmp_path: Path, work: str, request_name: str
) -> None:
    run = await ran(hub, settings, tmp_path)
    [done], [asked] = run.collector.named(work), run.collector.named(request_name)
    assert done.trace == run.trace != asked.trace
    assert done.links == [(asked.trace, asked.id)] and (run.trace, done.id) in asked.links
    assert done.attributes["caerus.device_id"] == run.device.id


async def test_a_rejection_links_too_and_leads_to_nothing(
    hub: RunningHub, settings: Settings, tmp_path: Path
) -> None:
    person = await hub.person()
    async with traced(settings) as collector, signed_in(hub, person) as stream:
        await stream.sub("signals")
        trace = await post(hub, await hub.producer(), tmp_path)
        [told] = await stream.take(1)
        assert (await hub.approve(person, told["data"]["id"], "rejected")).status == 201
    [rejection] = collector.named("POST /api/v1/approve")
    assert [linked for linked, _ in rejection.links] == [trace]
    assert "issue command" not in collector.trace(trace)


async def test_a_cancel_goes_on_with_the_trace_of_what_it_takes_back(
    hub: RunningHub, settings: Settings, tmp_path: Path
) -> None:
    person, producer = await hub.person(), await hub.producer()
    device = await hub.device(person)
    async with traced(settings) as collector:
        trace = await post(hub, producer, tmp_path)
        [row] = await hub.rows("select id::text from trading.signals where producer_id = $1", producer.id)
        await hub.approve(person, row[0])
        await producer.cancel(row[0])
        await take(hub, device)
        await until(lambda: len(collector.named("relay command.issued")) == 2)
    assert len(collector.trace(trace)["relay command.issued"]) == 2
    assert [span.trace for span in collector.named("hand out command")] == [trace]


def leaks(spans: list[Span], secrets: list[str]) -> list[str]:
    """The secrets of which 24 characters on end (or all of a shorter one) are in a span as it was sent."""
    sent = b"".join(span.raw for span in spans)
    return [
        secret
        for secret in secrets
        if any(secret[at : at + 24].encode() in sent for at in range(max(len(secret) - 23, 1)))
    ]


async def signed(device: Device, method: str, path: str, body: Any = None) -> tuple[Answer, list[str]]:
    """A terminal's call, with the signature and the nonce it went out under."""
    raw, nonce = b"" if body is None else msgspec.json.encode(body), fresh_nonce()
    headers = device_headers(device.key, device.id, method, path, raw, now=datetime.now(UTC), nonce=nonce)
    return await device.hub.call(method, path, raw or None, headers), [headers["X-Signature"], nonce]


async def told_everything(hub: RunningHub, person: Person) -> list[str]:
    """Every call of the loop; all that was secret in it, or an argument of a query."""
    producer, device = await hub.producer(), await hub.device(person)
    raw = msgspec.json.encode(signal_body(setup_id="canary_setup", features={"canary": "bird"}))
    headers = producer.headers("/api/v1/signals", raw)
    posted = await hub.call("POST", "/api/v1/signals?canary=query", raw, headers)
    assert posted.status == 401, "the query is signed too"
    posted = await hub.call("POST", "/api/v1/signals", raw, headers)
    await hub.approve(person, posted.body["id"])
    polled, first = await signed(device, "GET", "/api/v1/client/poll?wait=5")
    [command] = polled.body["commands"]
    ack = {"command_id": command["id"], "status": "placed", "at": now_text(), "broker_ticket": "T-4711"}
    acked, second = await signed(device, "POST", "/api/v1/client/ack", ack)
    login = {"email": person.email, "password": "wrong but long enough"}
    agent = {"user-agent": "canary_agent"}
    refused = await hub.call("POST", "/api/v1/auth/login?token=canary_query", login, agent)
    assert (posted.status, acked.status, refused.status) == (201, 200, 401)
    keys = [producer.key.decode(), encode_secret(device.key), person.token, person.email, PASSWORD]
    said = ["wrong but long enough", "canary", "bird", "1626.67", "T-4711", "127.0.0.1", "XAUUSD"]
    return [*keys, *said, headers["X-Signature"], headers["X-Nonce"], *first, *second]


async def test_no_span_holds_a_secret_a_signature_a_token_or_an_argument(
    hub: RunningHub, settings: Settings
) -> None:
    person = await hub.person()
    async with traced(settings) as collector:
        secrets = await told_everything(hub, person)
        with tracing.begin("the negative control", attributes={"leak": person.token}):
            pass
    honest = [span for span in collector.spans if span.name != "the negative control"]
    assert len(honest) > 40
    assert leaks(honest, secrets) == []
    assert leaks(collector.spans, secrets) == [person.token]


async def test_what_goes_over_the_wire_stays_as_it_was(
    hub: RunningHub, settings: Settings, tmp_path: Path
) -> None:
    person = await hub.person()
    device, producer = await hub.device(person), await hub.producer()
    async with traced(settings), signed_in(hub, person) as stream:
        await stream.sub("signals")
        posted = await producer.signal(signal_body())
        [event] = await stream.take(1)
        await hub.approve(person, posted.body["id"])
        polled = await device.poll(wait=5)
    assert set(polled.body) == {"cursor", "commands"}
    assert set(polled.body["commands"][0]) == {"id", "kind", "issued_at", "expires_at", "sealed"}
    for said in (posted.raw, polled.raw, repr(event).encode()):
        assert b"traceparent" not in said


async def test_signals_that_share_a_transaction_each_find_it(hub: RunningHub, settings: Settings) -> None:
    producer = await hub.producer()
    async with traced(settings) as collector:
        answers = await asyncio.gather(*(producer.signal(signal_body()) for _ in range(40)))
        assert {answer.status for answer in answers} == {201}
    posted = collector.named("POST /api/v1/signals")
    batches = {(span.trace, span.id) for span in collector.named("batch signals")}
    assert len({span.trace for span in posted}) == 40 > len(batches)
    for span in posted:
        own = "batch signals" in collector.trace(span.trace)
        assert own != bool(batches & set(span.links)), "in one trace, and linked from all the others"


async def test_without_traces_nothing_is_stored(hub: RunningHub) -> None:
    person = await hub.person()
    await hub.device(person)
    signal_id = await (await hub.producer()).opened()
    await hub.approve(person, signal_id)
    statement = """select s.traceparent, c.traceparent from trading.signals as s
        join trading.commands as c on c.signal_id = s.id where s.id = $1::text::uuid"""
    assert [tuple(row) for row in await hub.rows(statement, signal_id)] == [(None, None)]


async def test_a_hub_without_traces_hands_a_stored_one_on(
    hub: RunningHub, settings: Settings, tmp_path: Path
) -> None:
    person, producer = await hub.person(), await hub.producer()
    async with traced(settings):
        trace = await post(hub, producer, tmp_path)
    [row] = await hub.rows("select id::text from trading.signals where producer_id = $1", producer.id)
    await hub.approve(person, row[0])
    [command] = await hub.rows(
        "select traceparent from trading.commands where signal_id = $1::text::uuid", row[0]
    )
    assert command[0].split("-")[1] == trace
