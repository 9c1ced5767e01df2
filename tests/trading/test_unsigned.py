"""`HMAC_PRODUCER_ENABLED=false` and `HMAC_DEVICE_REQUIRED=false`: a known id is enough, a signature still counts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
import pytest
from caerus_client.signing import device_headers, fresh_nonce

from hub.core.embedded import Endpoints
from hub.core.embedded.process import free_port
from hub.core.principal import Principal
from hub.core.settings import Settings
from hub.trading.devices import service as devices
from hub.trading.producers import service as producers
from tests.hubs import Answer, Device, Producer, RunningHub, running_hub, signal_body
from tests.processes import measured, start

SIGNALS, POLL = "/api/v1/signals", "/api/v1/client/poll"


@asynccontextmanager
async def hub_with(settings: Settings, servers: Endpoints, **off: bool) -> AsyncIterator[RunningHub]:
    """A second hub on the same database, with these switches."""
    security = settings.security.model_copy(update=off)
    changed = settings.model_copy(update={"security": security})
    async with running_hub(changed, servers.dsn, servers.redis_url) as running:
        yield running


@pytest.fixture(scope="module")
async def loose(settings: Settings, servers: Endpoints) -> AsyncIterator[RunningHub]:
    """Both switches off."""
    async with hub_with(
        settings, servers, hmac_producer_enabled=False, hmac_device_required=False
    ) as running:
        yield running


async def post(hub: RunningHub, headers: dict[str, str], raw: bytes | None = None) -> Answer:
    return await hub.call("POST", SIGNALS, raw or msgspec.json.encode(signal_body()), headers)


async def poll(hub: RunningHub, headers: dict[str, str]) -> Answer:
    return await hub.call("GET", POLL, headers=headers)


def signed_poll(device: Device, nonce: str | None = None, key: bytes | None = None) -> dict[str, str]:
    return device_headers(
        key or device.key, device.id, "GET", POLL, b"", now=datetime.now(UTC), nonce=nonce or fresh_nonce()
    )


def unsigned(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "X-Signature"}


async def test_a_known_producer_may_post_without_a_signature(loose: RunningHub) -> None:
    producer = await loose.producer()
    answer = await post(loose, {"X-Producer-Id": producer.id})
    assert answer.status == 201, answer.raw
    assert answer.body["producer_id"] == producer.id
    cancelled = await loose.call(
        "POST", f"{SIGNALS}/{answer.body['id']}/cancel", {"reason": "x"}, {"X-Producer-Id": producer.id}
    )
    assert cancelled.status == 200


async def test_the_control_with_the_switch_on_it_may_not(hub: RunningHub) -> None:
    producer, device = await hub.producer(), await hub.device(await hub.person())
    before = await hub.evidence()
    assert (await post(hub, {"X-Producer-Id": producer.id})).status == 401
    assert (await poll(hub, {"X-Device-Id": device.id})).status == 401
    assert await hub.evidence() == before


@pytest.mark.parametrize("id", ["nobody", "", None, "a" * 200, "x' or '1'='1"])
async def test_an_unknown_producer_may_not(loose: RunningHub, id: str | None) -> None:
    before = await loose.evidence()
    assert (await post(loose, {} if id is None else {"X-Producer-Id": id})).status == 401
    assert await loose.evidence() == before


async def test_a_revoked_producer_may_not(loose: RunningHub) -> None:
    producer = await loose.producer()
    assert (await post(loose, {"X-Producer-Id": producer.id})).status == 201
    await producers.revoke(loose.res, producer.id)
    assert (await post(loose, {"X-Producer-Id": producer.id})).status == 401


@pytest.mark.parametrize("signature", ["", " ", "AAAA", "not base64 at all"])
async def test_a_wrong_signature_is_worse_than_none(loose: RunningHub, signature: str) -> None:
    producer, raw = await loose.producer(), msgspec.json.encode(signal_body())
    headers = producer.headers(SIGNALS, raw) | {"X-Signature": signature}
    before = await loose.evidence()
    assert (await post(loose, headers, raw)).status == 401
    assert (await post(loose, {"X-Producer-Id": producer.id, "X-Signature": signature}, raw)).status == 401
    assert await loose.evidence() == before


async def test_a_signed_request_is_verified_in_full(loose: RunningHub) -> None:
    producer, other = await loose.producer(), await loose.producer()
    nonce = uuid4().hex
    assert (await Producer(loose, producer.id, other.key).signal(signal_body())).status == 401
    assert (await producer.signal(signal_body(), skew=-301)).status == 401
    assert (await producer.signal(signal_body(), nonce=nonce)).status == 201
    assert (await producer.signal(signal_body(), nonce=nonce)).status == 401


async def test_a_known_device_may_poll_and_answer_without_a_signature(loose: RunningHub) -> None:
    person, producer = await loose.person(), await loose.producer()
    device = await loose.device(person)
    named = {"X-Device-Id": device.id}
    await loose.approve(person, await producer.opened())
    answer = await poll(loose, named)
    assert answer.status == 200
    [command] = answer.body["commands"]
    ack = {"command_id": command["id"], "status": "placed", "at": datetime.now(UTC).isoformat()}
    ack |= {"broker_ticket": "1"}
    told = await loose.call("POST", "/api/v1/client/ack", ack, named)
    assert told.status in (200, 201), told.raw
    seen = "select last_seen_at from trading.devices where id = $1::text::uuid"
    assert [row[0] is None for row in await loose.rows(seen, device.id)] == [False]


@pytest.mark.parametrize("id", ["nobody", "", None, "5e9bc196-5b29-4e1a-ac2e-1f2c4b359bf2"])
async def test_an_unknown_device_may_not(loose: RunningHub, id: str | None) -> None:
    assert (await poll(loose, {} if id is None else {"X-Device-Id": id})).status == 401


async def test_a_revoked_device_may_not(loose: RunningHub) -> None:
    person = await loose.person()
    device = await loose.device(person)
    who = Principal("user", str(person.id), person.id, "user")
    await devices.revoke(loose.res, who, UUID(device.id), None)
    assert (await poll(loose, {"X-Device-Id": device.id})).status == 401


async def test_a_signed_device_call_is_verified_in_full(loose: RunningHub) -> None:
    device, nonce = await loose.device(await loose.person()), uuid4().hex
    assert (await poll(loose, signed_poll(device, key=b"k" * 32))).status == 401
    assert (await poll(loose, signed_poll(device) | {"X-Signature": ""})).status == 401
    assert (await poll(loose, signed_poll(device, nonce))).status == 200
    assert (await poll(loose, signed_poll(device, nonce))).status == 401
    assert (await poll(loose, unsigned(signed_poll(device, nonce)))).status == 200


@pytest.mark.parametrize(
    ("off", "producer_may", "device_may"),
    [({"hmac_producer_enabled": False}, 201, 401), ({"hmac_device_required": False}, 401, 200)],
)
async def test_one_switch_does_not_move_the_other(
    settings: Settings, servers: Endpoints, off: dict[str, bool], producer_may: int, device_may: int
) -> None:
    async with hub_with(settings, servers, **off) as hub:
        producer, device = await hub.producer(), await hub.device(await hub.person())
        assert (await post(hub, {"X-Producer-Id": producer.id})).status == producer_may
        assert (await poll(hub, {"X-Device-Id": device.id})).status == device_may


async def test_an_unsigned_device_may_not_post_signals_nor_a_producer_poll(loose: RunningHub) -> None:
    producer, device = await loose.producer(), await loose.device(await loose.person())
    assert (await post(loose, {"X-Producer-Id": device.id})).status == 401
    assert (await poll(loose, {"X-Device-Id": producer.id})).status == 401


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({}, []),
        ({"HMAC_DEVICE_REQUIRED": "false"}, ["HMAC_DEVICE_REQUIRED=false"]),
        (
            {"HMAC_DEVICE_REQUIRED": "false", "HMAC_PRODUCER_ENABLED": "false"},
            ["HMAC_PRODUCER_ENABLED=false", "HMAC_DEVICE_REQUIRED=false"],
        ),
    ],
)
async def test_a_hub_warns_when_it_starts(servers: Endpoints, env: dict[str, str], told: list[str]) -> None:
    where = {"DB_DSN": servers.dsn, "REDIS_URL": servers.redis_url, "APP_LOG_LEVEL": "WARNING"}
    async with measured(free_port(), "serve", env=where | env) as process:
        process.terminate()
        said, _ = await process.communicate()
    warnings = [msgspec.json.decode(line) for line in said.splitlines()]
    assert [each["because"] for each in warnings if each["event"] == "signatures.optional"] == (
        [told] if told else []
    )


async def test_a_hub_in_staging_refuses_to_start(servers: Endpoints) -> None:
    where = {"DB_DSN": servers.dsn, "REDIS_URL": servers.redis_url, "APP_ENV": "staging"}
    process = await start("serve", env=where | {"HMAC_PRODUCER_ENABLED": "false"})
    said, _ = await process.communicate()
    assert process.returncode == 2
    assert said.decode() == "APP_ENV=staging needs HMAC_PRODUCER_ENABLED=true: there every call is signed\n"
