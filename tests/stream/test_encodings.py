"""MessagePack and compression: the same messages, in fewer bytes, from one encoding for all."""

import math
import zlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.bus import Published
from hub.core.stream.frames import PLAIN, Encoding, event_frames, frame
from tests.hubs import RunningHub, signal_body
from tests.stream.sockets import PACKED, PROTOCOL, fresh_topic, opened, tell


@pytest.mark.parametrize("protocol", [PROTOCOL, PACKED])
@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_every_encoding_tells_the_same(hub: RunningHub, protocol: str, compression: str | None) -> None:
    topic, person = fresh_topic(), await hub.person()
    async with (
        opened(hub, protocols=(protocol,), compression=compression) as stream,
        opened(hub) as plain,
    ):
        for each in (stream, plain):
            await each.auth(person.token)
            await each.sub(topic)
        assert bool(stream.connection.protocol.extensions) is (compression is not None)
        await tell(hub, topic, 3, size=2_000)
        assert await stream.take(3) == await plain.take(3)
        again = await stream.sub(topic, {"epoch": hub.res.feed.epoch, "offset": 1})
        assert again["recovered"] is True
        assert [event["offset"] for event in await stream.take(2)] == [2, 3]


async def test_the_first_subprotocol_that_the_hub_speaks_is_chosen(hub: RunningHub) -> None:
    async with opened(hub, protocols=("caerus.v9.json", PACKED, PROTOCOL)) as stream:
        assert stream.connection.subprotocol == PACKED


@pytest.mark.parametrize(("protocol", "wrong"), [(PROTOCOL, b"\x80"), (PACKED, "{}"), (PACKED, b"\xc1")])
async def test_a_message_of_the_other_kind_is_a_protocol_error(
    hub: RunningHub, protocol: str, wrong: bytes | str
) -> None:
    async with opened(hub, protocols=(protocol,)) as stream:
        await stream.connection.send(wrong)
        assert await stream.close_code() == 4002


def unframed(data: bytes) -> tuple[int, bytes]:
    """The first byte and the payload, inflated if it says so."""
    size, start = data[1], 2
    if size == 126:
        size, start = int.from_bytes(data[2:4]), 4
    elif size == 127:
        size, start = int.from_bytes(data[2:10]), 10
    payload = data[start:]
    assert len(payload) == size
    if data[0] & 0x40:
        payload = zlib.decompressobj(-12).decompress(payload + b"\0\0\xff\xff")
    return data[0], payload


@given(
    st.binary(max_size=300)
    | st.builds(lambda text, n: text * n, st.binary(min_size=1), st.integers(1, 9_000))
)
def test_a_frame_holds_its_payload_whatever_its_size(payload: bytes) -> None:
    for encoding in (PLAIN, Encoding(deflated=True), Encoding(packed=True), Encoding(True, True)):
        built = frame(payload, encoding)
        first, found = unframed(built)
        assert found == payload
        assert first & 0x8F == (0x82 if encoding.packed else 0x81)
        assert len(built) <= len(frame(payload, PLAIN))


def test_what_does_not_get_smaller_is_sent_as_it_is() -> None:
    noise = zlib.compress(bytes(range(256)) * 40, 9)[:300]
    assert frame(noise, Encoding(deflated=True)) == frame(noise, PLAIN)
    assert frame(b"x" * 100, Encoding(deflated=True)) == frame(b"x" * 100, PLAIN)


def test_a_packed_event_has_the_fields_of_the_plain_one() -> None:
    message = b'{"op":"event","topic":"t","offset":7,"type":"a.b","at":"2026-01-01T00:00:00Z","data":{"p":"1.10","n":null}}'
    _, payload = unframed(event_frames([Published("t", 7, message)], Encoding(packed=True)))
    assert msgspec.msgpack.decode(payload) == msgspec.json.decode(message)


def packed(data: str) -> Any:
    """An event's data as a MessagePack client reads it."""
    message = b'{"op":"event","topic":"t","offset":7,"data":%s}' % data.encode()
    _, payload = unframed(event_frames([Published("t", 7, message)], Encoding(packed=True)))
    return msgspec.msgpack.decode(payload)["data"]


def test_an_integer_that_messagepack_has_no_room_for_is_a_float() -> None:
    large, largest, least = 2 * 10**19, 2**64 - 1, -(2**63)
    found = packed(f'{{"a":{large},"b":[{largest},{least},{least - 1},true,null,"{large}",1.5]}}')
    assert found == {"a": 2e19, "b": [largest, least, float(least - 1), True, None, str(large), 1.5]}
    assert isinstance(found["a"], float) and isinstance(found["b"][3], bool)
    assert packed(f"[{9 * 10**400}, {-9 * 10**400}]") == [math.inf, -math.inf]


async def test_a_number_in_a_signal_silences_nobody(hub: RunningHub) -> None:
    """PostgreSQL's jsonb gives 2e19 back as an integer of 65 bits."""
    producer, person, body = await hub.producer(), await hub.person(), signal_body()
    body["payload"]["features"] = {"x": 2e19}
    async with opened(hub, protocols=(PACKED,)) as stream, opened(hub) as plain:
        for each in (stream, plain):
            await each.auth(person.token)
            place = await each.sub("signals")
        posted = await producer.signal(body)
        await producer.cancel(posted.body["id"], "no longer valid")
        events = await stream.take(2)
        assert [event["type"] for event in events] == ["signal.created", "signal.cancelled"]
        assert [event["data"]["features"]["x"] for event in events] == [2e19] * 2
        assert events == await plain.take(2)
        again = await stream.sub("signals", {"epoch": place["epoch"], "offset": place["offset"]})
        assert again["recovered"] is True
        assert await stream.take(2) == events
    assert (await hub.call("GET", "/api/v1/ready")).status == 200
