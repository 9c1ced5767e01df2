"""Unsigned, badly signed, stale and repeated requests: refused alike, with nothing done."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from hub.trading.producers import service as producers
from tests import metrics
from tests.hubs import Answer, Device, Producer, RunningHub, signal_body

PATH = "/api/v1/signals"
Change = Callable[[dict[str, str]], dict[str, str]]


def told(answer: Answer) -> dict[str, Any]:
    return {name: value for name, value in answer.body.items() if name != "request_id"}


def without(name: str) -> Change:
    return lambda headers: {k: v for k, v in headers.items() if k != name}


def with_(**changed: str) -> Change:
    return lambda headers: headers | {name.replace("_", "-"): value for name, value in changed.items()}


def flipped(headers: dict[str, str]) -> dict[str, str]:
    signature = headers["X-Signature"]
    return headers | {"X-Signature": ("A" if signature[0] != "A" else "B") + signature[1:]}


async def post(hub: RunningHub, headers: dict[str, str], raw: bytes, path: str = PATH) -> Answer:
    return await hub.call("POST", path, raw, headers)


@pytest.mark.parametrize(
    "change",
    [
        without("X-Signature"),
        without("X-Timestamp"),
        without("X-Producer-Id"),
        without("X-Nonce"),
        flipped,
        with_(X_Signature=""),
        with_(X_Signature="not base64 at all"),
        with_(X_Signature="\u00fc"),
        with_(X_Producer_Id="nobody"),
        with_(X_Nonce="another"),
        with_(X_Nonce="n" * 129),
        with_(X_Nonce="a b"),
        with_(X_Timestamp="yesterday"),
        with_(X_Timestamp="2026-11-22T10:00:00"),
        with_(X_Timestamp="1763802000"),
        with_(X_Timestamp="0001-01-01T00:00:00+23:59"),
    ],
)
async def test_a_request_with_a_bad_header_is_refused_with_the_one_text(
    hub: RunningHub, change: Change
) -> None:
    producer, raw = await hub.producer(), msgspec.json.encode(signal_body())
    stranger = await hub.call("POST", PATH, raw)
    before = await hub.evidence()
    answer = await post(hub, change(producer.headers(PATH, raw)), raw)
    assert answer.status == 401, answer.raw
    assert told(answer) == told(stranger)
    assert await hub.evidence() == before


async def test_the_signature_covers_body_path_and_query(hub: RunningHub) -> None:
    producer, raw = await hub.producer(), msgspec.json.encode(signal_body())
    headers = producer.headers(PATH, raw)
    assert (await post(hub, headers, raw + b" ")).status == 401
    assert (await post(hub, headers, raw, PATH + "?x=1")).status == 401
    assert (await post(hub, headers, raw)).status == 201


async def test_a_signature_by_another_key_is_refused(hub: RunningHub) -> None:
    producer, other = await hub.producer(), await hub.producer()
    forged = Producer(hub, producer.id, other.key)
    assert (await forged.signal(signal_body())).status == 401


@pytest.mark.parametrize(("skew", "status"), [(-301, 401), (-298, 201), (298, 201), (302, 401)])
async def test_a_clock_may_be_off_by_300_seconds(hub: RunningHub, skew: float, status: int) -> None:
    producer = await hub.producer()
    before = await hub.evidence()
    assert (await producer.signal(signal_body(), skew=skew)).status == status
    assert ((await hub.evidence()) == before) == (status == 401)


async def test_a_nonce_is_good_once_whatever_the_body(hub: RunningHub) -> None:
    producer, nonce = await hub.producer(), uuid4().hex
    assert (await producer.signal(signal_body(), nonce=nonce)).status == 201
    before = await hub.evidence()
    assert (await producer.signal(signal_body(), nonce=nonce)).status == 401
    assert await hub.evidence() == before
    assert (await (await hub.producer()).signal(signal_body(), nonce=nonce)).status == 201


async def test_a_refused_signature_does_not_use_up_the_nonce(hub: RunningHub) -> None:
    producer, nonce = await hub.producer(), uuid4().hex
    forged = Producer(hub, producer.id, b"another key")
    assert (await forged.signal(signal_body(), nonce=nonce)).status == 401
    assert (await producer.signal(signal_body(), nonce=nonce)).status == 201


async def test_a_producer_may_post_without_a_nonce_and_the_key_of_the_signal_protects_it(
    hub: RunningHub,
) -> None:
    producer, body = await hub.producer(), signal_body()
    assert (await producer.signal(body, nonce="")).status == 201
    assert (await producer.signal(body, nonce="")).status == 409


async def test_a_revoked_producer_is_refused(hub: RunningHub) -> None:
    producer = await hub.producer()
    signal_id = await producer.opened()
    await producers.revoke(hub.res, producer.id)
    before = await hub.evidence()
    assert (await producer.signal(signal_body())).status == 401
    assert (await producer.cancel(signal_id)).status == 401
    assert await hub.evidence() == before


async def test_a_device_may_not_post_signals_and_a_person_neither(hub: RunningHub) -> None:
    person = await hub.person()
    device = await hub.device(person)
    assert (await device.call("POST", PATH, signal_body())).status == 401
    assert (await hub.call("POST", PATH, signal_body(), person.bearer)).status == 401
    as_producer = Producer(hub, device.id, device.key)
    assert (await as_producer.signal(signal_body())).status == 401


@pytest.mark.parametrize(("skew", "status"), [(-301, 401), (-298, 200), (298, 200), (302, 401)])
async def test_a_terminal_s_clock_may_be_off_by_300_seconds(
    hub: RunningHub, skew: float, status: int
) -> None:
    device = await hub.device(await hub.person())
    assert (await device.call("GET", "/api/v1/client/poll", skew=skew)).status == status


async def test_a_terminal_must_send_a_nonce_and_may_use_it_once(hub: RunningHub) -> None:
    from caerus_client.signing import device_headers

    device, path = await hub.device(await hub.person()), "/api/v1/client/poll"
    bare = device_headers(device.key, device.id, "GET", path, b"", now=datetime.now(UTC), nonce="")
    assert (await hub.call("GET", path, headers=bare)).status == 401
    nonce = uuid4().hex
    assert (await device.call("GET", path, nonce=nonce)).status == 200
    assert (await device.call("GET", path, nonce=nonce)).status == 401


async def test_a_replay_is_no_sign_of_life_and_is_counted(hub: RunningHub) -> None:
    device, path, nonce = await hub.device(await hub.person()), "/api/v1/client/poll", uuid4().hex
    assert (await device.call("GET", path, nonce=nonce)).status == 200
    await device.unheard(600)
    seen, heard = metrics.here(), await last_seen(hub, device)
    assert (await device.call("GET", path, nonce=nonce)).status == 401
    assert await last_seen(hub, device) == heard
    assert metrics.moved(seen, "ea_errors_total") == {"ea_errors_total{endpoint=poll}": 1.0}
    assert (await device.poll()).status == 200
    assert await last_seen(hub, device) > heard


async def last_seen(hub: RunningHub, device: Device) -> datetime:
    query = "select last_seen_at from trading.devices where id = $1"
    [row] = await hub.res.db.fetch(query, UUID(device.id))
    found: datetime = row["last_seen_at"]
    return found


@pytest.mark.parametrize("behind", [-4.0, 0.0, 4.0])
async def test_its_owner_is_shown_how_far_a_terminal_s_clock_is_behind(
    hub: RunningHub, behind: float
) -> None:
    person = await hub.person()
    device = await hub.device(person)

    async def shown() -> Any:
        [item] = (await hub.call("GET", "/api/v1/devices/me", headers=person.bearer)).body["items"]
        return item["skew_ms"]

    assert await shown() is None
    assert (await device.call("GET", "/api/v1/client/poll?wait=0", skew=-behind)).status == 200
    assert await shown() == pytest.approx(behind * 1000, abs=1500)


async def test_a_request_nobody_signed_does_not_count_as_a_sign_of_life(hub: RunningHub) -> None:
    device = await hub.device(await hub.person())
    stranger = type(device)(hub, device.id, b"k" * 32)
    seen = "select last_seen_at from trading.devices where id = $1::text::uuid"
    assert (await stranger.poll()).status == 401
    assert [row[0] for row in await hub.rows(seen, device.id)] == [None]
    assert (await device.poll()).status == 200
    assert [row[0] is None for row in await hub.rows(seen, device.id)] == [False]
