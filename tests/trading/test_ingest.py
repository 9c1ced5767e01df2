"""Signals in: what is taken, what is refused, and that a refusal leaves nothing behind."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from tests.hubs import Answer, Producer, RunningHub, in_hours, signal_body

PATH = "/api/v1/signals"


def body_with(change: dict[str, Any], payload: dict[str, Any]) -> dict[str, Any]:
    body = signal_body()
    return body | change | {"payload": body["payload"] | payload}


async def refused(hub: RunningHub, producer: Producer, body: Any) -> Answer:
    """The answer to a post that must leave nothing behind."""
    before = await hub.evidence()
    answer = await producer.signal(body)
    assert await hub.evidence() == before
    return answer


async def test_a_good_signal_is_stored_told_and_recorded(hub: RunningHub) -> None:
    producer = await hub.producer()
    before = await hub.evidence()
    answer = await producer.signal(signal_body())
    assert answer.status == 201, answer.raw
    assert answer.body["status"] == "open" and answer.body["producer_id"] == producer.id
    assert tuple(b - a for a, b in zip(before, await hub.evidence(), strict=True)) == (1, 1, 1)


@pytest.mark.parametrize("order_type", ["limit", "stop", "market"])
async def test_a_sell_has_its_stop_above_and_its_target_below(hub: RunningHub, order_type: str) -> None:
    body = signal_body(side="sell", stop="1700", target="1500", order_type=order_type)
    assert (await (await hub.producer()).signal(body)).status == 201


@pytest.mark.parametrize(
    ("change", "payload", "pointer"),
    [
        ({"extra": 1}, {}, "/extra"),
        ({}, {"extra": 1}, "/payload/extra"),
        ({"instrument": "DOGEUSD"}, {}, "/instrument"),
        ({"instrument": "xauusd"}, {}, "/instrument"),
        ({"side": "hold"}, {}, "/side"),
        ({"time": "2026-11-20T10:00:00"}, {}, "/time"),
        ({"time": in_hours(24)}, {}, "/time"),
        ({"time": "yesterday"}, {}, "/time"),
        ({"version": ""}, {}, "/version"),
        ({"version": "a b"}, {}, "/version"),
        ({"version": "v" * 129}, {}, "/version"),
        ({}, {"order_type": "trailing"}, "/payload/order_type"),
        ({}, {"entry": "NaN"}, "/payload/entry"),
        ({}, {"entry": "sNaN"}, "/payload/entry"),
        ({}, {"entry": "Infinity"}, "/payload/entry"),
        ({}, {"target": "-Infinity"}, "/payload/target"),
        ({}, {"entry": "-1"}, "/payload/entry"),
        ({}, {"stop": "0"}, "/payload/stop"),
        ({}, {"entry": "1000000000"}, "/payload/entry"),
        ({}, {"entry": "1626.123456789"}, "/payload/entry"),
        ({}, {"entry": "much"}, "/payload/entry"),
        ({}, {"entry": True}, "/payload/entry"),
        ({}, {"expires_at": "2026-01-01T00:00:00Z"}, "/payload/expires_at"),
        ({}, {"expires_at": "2026-12-01T00:00:00"}, "/time"),
        ({}, {"expires_at": "2099-01-01T00:00:00Z"}, "/payload/expires_at"),
        ({}, {"strategy": ""}, "/payload/strategy"),
        ({}, {"setup_id": "a\nb"}, "/payload/setup_id"),
        ({}, {"features": {"x": [1]}}, "/payload/features"),
        ({}, {"stop": "1627"}, "/payload/stop"),
        ({}, {"target": "1600"}, "/payload/target"),
        ({}, {"stop": "1626.67"}, "/payload/stop"),
        ({"side": "sell"}, {"stop": "1600", "target": "1500"}, "/payload/stop"),
        ({"side": "sell"}, {"stop": "1700", "target": "1700"}, "/payload/target"),
    ],
)
async def test_a_wrong_value_is_refused_and_named(
    hub: RunningHub, change: dict[str, Any], payload: dict[str, Any], pointer: str
) -> None:
    answer = await refused(hub, await hub.producer(), body_with(change, payload))
    assert answer.status == 422, answer.raw
    assert pointer in [error["pointer"] for error in answer.body["errors"]]


@pytest.mark.parametrize("missing", ["instrument", "side", "time", "version", "payload"])
async def test_a_missing_field_is_named(hub: RunningHub, missing: str) -> None:
    body = {name: value for name, value in signal_body().items() if name != missing}
    answer = await refused(hub, await hub.producer(), body)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, f"/{missing}")


async def test_every_fault_is_told_at_once(hub: RunningHub) -> None:
    body = body_with({"instrument": "DOGEUSD", "time": in_hours(1)}, {"entry": "NaN", "stop": "-1"})
    answer = await refused(hub, await hub.producer(), body)
    pointers = {error["pointer"] for error in answer.body["errors"]}
    assert pointers == {"/instrument", "/time", "/payload/entry", "/payload/stop"}


@pytest.mark.parametrize(
    "payload", [{"features": {"x": "nul\x00"}}, {"features": {"nul\x00": 1}}], ids=["value", "key"]
)
async def test_text_that_postgresql_cannot_hold_is_refused(hub: RunningHub, payload: dict[str, Any]) -> None:
    assert (await refused(hub, await hub.producer(), body_with({}, payload))).status == 422


async def test_a_time_that_postgresql_cannot_hold_is_refused(hub: RunningHub) -> None:
    body = body_with({"time": "0001-01-01T00:00:00+23:59"}, {})
    assert (await refused(hub, await hub.producer(), body)).status == 422


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"null", b'{"instrument"', b"[" * 10_000])
async def test_a_body_that_is_no_signal_is_refused(hub: RunningHub, body: bytes) -> None:
    assert (await refused(hub, await hub.producer(), body)).status in (400, 422)


async def test_a_body_over_32_kb_is_refused_before_it_is_read(hub: RunningHub) -> None:
    body = body_with({}, {"features": {f"f{n}": "x" * 1000 for n in range(33)}})
    answer = await refused(hub, await hub.producer(), body)
    assert answer.status == 413


async def test_a_body_of_almost_32_kb_is_taken(hub: RunningHub) -> None:
    body = body_with({}, {"features": {f"f{n}": "x" * 1000 for n in range(31)}})
    assert 31_000 < len(msgspec.json.encode(body)) <= 32_768
    assert (await (await hub.producer()).signal(body)).status == 201


async def test_a_duplicate_is_refused_with_the_id_of_the_first(hub: RunningHub) -> None:
    producer, body = await hub.producer(), signal_body()
    first = (await producer.signal(body)).body["id"]
    changed = body | {"payload": body["payload"] | {"entry": "1620"}}
    for again in (body, changed):
        answer = await refused(hub, producer, again)
        assert (answer.status, answer.body["signal_id"]) == (409, first)
    [row] = await hub.rows("select entry::text from trading.signals where id = $1::text::uuid", first)
    assert float(row[0]) == 1626.67


async def test_another_time_zone_does_not_make_a_duplicate_new(hub: RunningHub) -> None:
    producer, body = await hub.producer(), signal_body(time="2026-11-20T10:00:00Z")
    first = (await producer.signal(body)).body["id"]
    answer = await producer.signal(body | {"time": "2026-11-20T12:00:00+02:00"})
    assert (answer.status, answer.body["signal_id"]) == (409, first)


async def test_of_20_posted_at_once_one_is_stored_and_the_rest_learn_its_id(hub: RunningHub) -> None:
    producer, body = await hub.producer(), signal_body()
    before = await hub.evidence()
    answers = await asyncio.gather(*(producer.signal(body) for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 19
    [first] = [answer.body["id"] for answer in answers if answer.status == 201]
    assert {answer.body["signal_id"] for answer in answers if answer.status == 409} == {first}
    assert tuple(b - a for a, b in zip(before, await hub.evidence(), strict=True)) == (1, 1, 1)


async def test_a_bad_neighbour_in_the_batch_does_not_harm_the_good(hub: RunningHub) -> None:
    producer = await hub.producer()
    bodies = [signal_body() for _ in range(20)]
    bodies[7]["payload"]["features"] = {"x": "nul\x00"}
    answers = await asyncio.gather(*(producer.signal(body) for body in bodies))
    assert [answer.status for answer in answers] == [201] * 7 + [422] + [201] * 12


async def test_a_signal_lives_from_its_own_time_not_longer_than_a_year(hub: RunningHub) -> None:
    producer, now = await hub.producer(), datetime.now(UTC)
    late = (now + timedelta(days=367)).isoformat()
    good = (now + timedelta(days=365)).isoformat()
    assert (await producer.signal(signal_body(expires_at=late))).status == 422
    assert (await producer.signal(signal_body(expires_at=good, version=uuid4().hex))).status == 201
