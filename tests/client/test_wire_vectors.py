"""Every vector of wire.json against the SDK, and what must not pass."""

import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from caerus_client import keys, sealing, signing
from caerus_client.errors import SealError, UnsignableText
from caerus_client.times import SkewedClock, rfc3339
from hypothesis import given
from hypothesis import strategies as st


def at(timestamp: str) -> datetime:
    return datetime.fromisoformat(timestamp)


@pytest.mark.parametrize("index", [0, 1])
def test_device_request(wire, index):
    device, request = wire["device"], wire["device_requests"][index]
    body = request["body"].encode()
    args = (request["method"], request["path"], body, device["device_id"], request["nonce"])
    assert signing.canonical(*args, request["timestamp"]).decode() == request["canonical"]
    headers = signing.device_headers(
        bytes.fromhex(device["secret"]),
        device["device_id"],
        request["method"],
        request["path"],
        body,
        now=at(request["timestamp"]),
        nonce=request["nonce"],
    )
    assert headers == {
        "X-Device-Id": device["device_id"],
        "X-Nonce": request["nonce"],
        "X-Timestamp": request["timestamp"],
        "X-Signature": request["signature"],
    }


@pytest.mark.parametrize("index", [0, 1])
def test_producer_request(wire, index):
    request = wire["producer_requests"][index]
    headers = signing.producer_headers(
        request["key_utf8"].encode(),
        request["producer_id"],
        request["method"],
        request["path"],
        request["body"].encode(),
        now=at(request["timestamp"]),
        nonce=request["nonce"],
    )
    assert headers["X-Signature"] == request["signature"]
    assert headers.get("X-Nonce", "") == request["nonce"]
    assert ("X-Nonce" in headers) == bool(request["nonce"])


def test_the_vectors_are_all_used(wire):
    assert (len(wire["device_requests"]), len(wire["producer_requests"])) == (2, 2)
    assert set(wire) == {"about", "device", "device_requests", "producer_requests", "sealed"}


def test_device_keys(wire):
    device = wire["device"]
    secret = keys.decode_secret(device["secret_shown"])
    assert secret.hex() == device["secret"]
    assert keys.encode_secret(secret) == device["secret_shown"]
    assert keys.seal_key(secret, device["device_id"], device["key_version"]).hex() == device["seal_key"]


@pytest.mark.parametrize(
    "wrong", ["", "A" * 42, "A" * 44, "A" * 43 + "=", "A" * 42 + "+", "A" * 42 + "B", "é" * 43]
)
def test_a_device_secret_that_is_none(wrong):
    with pytest.raises(ValueError, match="device secret"):
        keys.decode_secret(wrong)


@given(st.binary(min_size=32, max_size=32))
def test_secrets_survive_being_shown(secret):
    assert keys.decode_secret(keys.encode_secret(secret)) == secret


SIGNED = ("GET", "/p?a=1", b"{}", "dev", "n1", "2026-11-22T10:00:00Z")


@pytest.mark.parametrize("part", [0, 1, 3, 4, 5])
@pytest.mark.parametrize("poison", ["\n", "\r", "\x00", " ", "\x7f", "é", "\u2028"])
def test_nothing_but_visible_ascii_is_signed(part, poison):
    parts = list(SIGNED)
    parts[part] += poison + "x"
    with pytest.raises(UnsignableText):
        signing.canonical(*parts)


def test_a_newline_would_have_joined_two_requests():
    """The collision that the check above prevents: an id that ends in a nonce."""
    plain = signing.canonical(*SIGNED[:3], "dev", "n1", SIGNED[5])
    joined = "\n".join(["GET", "/p?a=1", hashlib.sha256(b"{}").hexdigest(), "dev\nn1", SIGNED[5]]).encode()
    assert plain == joined


@given(
    st.tuples(*[st.text(alphabet="ab/?&=\n", max_size=6)] * 4),
    st.tuples(*[st.text(alphabet="ab/?&=\n", max_size=6)] * 4),
)
def test_no_two_requests_share_a_canonical_string(one, other):
    def text(parts):
        path, caller, nonce, timestamp = parts
        try:
            return signing.canonical("GET", path, b"", caller, nonce, timestamp)
        except UnsignableText:
            return None

    if one != other and text(one) is not None:
        assert text(one) != text(other)


def test_the_body_and_the_key_are_signed():
    signed = signing.sign(b"k", signing.canonical(*SIGNED))
    assert signing.sign(b"k", signing.canonical(*SIGNED[:2], b"{ }", *SIGNED[3:])) != signed
    assert signing.sign(b"K", signing.canonical(*SIGNED)) != signed


def test_nonces_do_not_repeat():
    drawn = {signing.fresh_nonce() for _ in range(1000)}
    assert len(drawn) == 1000
    assert all(re.fullmatch("[0-9a-f]{32}", nonce) for nonce in drawn)


def test_the_sealed_vector(wire):
    sealed, device = wire["sealed"], wire["device"]
    key = bytes.fromhex(device["seal_key"])
    names = {"device_id": sealed["device_id"], "command_id": sealed["command_id"]}
    made = sealing.seal(
        key, sealed["plain"].encode(), key_version=1, nonce=bytes.fromhex(sealed["nonce"]), **names
    )
    assert made == sealing.Envelope(**sealed["envelope"])
    assert sealing.open_sealed(key, made, **names).decode() == sealed["plain"]


KEY = bytes(32)
NAMES = {"device_id": "d", "command_id": "c"}


@given(st.binary(max_size=300))
def test_what_is_sealed_opens(plain):
    envelope = sealing.seal(KEY, plain, key_version=3, **NAMES)
    assert sealing.open_sealed(KEY, envelope, **NAMES) == plain


def variants():
    good = sealing.seal(KEY, b"buy", key_version=1, **NAMES)
    fields = {name: getattr(good, name) for name in ("v", "key_version", "nonce", "ciphertext")}
    cipher, nonce = fields["ciphertext"], fields["nonce"]
    flipped = ("B" if cipher[0] == "A" else "A") + cipher[1:]
    for change in (
        {"v": 2},
        {"key_version": 2},
        {"nonce": nonce[:-4]},
        {"nonce": nonce + "AAAA"},
        {"nonce": ""},
        {"nonce": nonce[:-1] + "\n"},
        {"ciphertext": flipped},
        {"ciphertext": cipher[:-4]},
        {"ciphertext": cipher + "AAAA"},
        {"ciphertext": ""},
        {"ciphertext": "?" + cipher},
        {"ciphertext": "é" + cipher},
    ):
        yield KEY, sealing.Envelope(**{**fields, **change}), NAMES
    yield bytes(31) + b"\x01", good, NAMES
    yield KEY, good, {**NAMES, "device_id": "e"}
    yield KEY, good, {**NAMES, "command_id": "e"}


@pytest.mark.parametrize(("key", "envelope", "names"), list(variants()))
def test_a_tampered_envelope_stays_shut(key, envelope, names):
    with pytest.raises(SealError) as caught:
        sealing.open_sealed(key, envelope, **names)
    assert str(caught.value) == "the sealed command cannot be opened"


def test_every_bit_of_the_ciphertext_counts():
    plain = b"side=buy"
    nonce = bytes(12)
    good = sealing.seal(KEY, plain, key_version=1, nonce=nonce, **NAMES)
    raw = bytearray(sealing._unb64(good.ciphertext))
    for bit in range(len(raw) * 8):
        raw[bit // 8] ^= 1 << bit % 8
        bad = sealing.Envelope(v=1, key_version=1, nonce=good.nonce, ciphertext=sealing._b64(bytes(raw)))
        with pytest.raises(SealError):
            sealing.open_sealed(KEY, bad, **NAMES)
        raw[bit // 8] ^= 1 << bit % 8


def test_a_rotated_key_opens_nothing_until_the_device_is_refreshed():
    secret, rotated = bytes(32), bytes([1] * 32)
    names = {"device_id": "d", "command_id": "c"}
    envelope = sealing.seal(keys.seal_key(rotated, "d", 2), b"x", key_version=2, **names)
    with pytest.raises(SealError):
        sealing.open_sealed(keys.seal_key(secret, "d", 2), envelope, **names)
    assert sealing.open_sealed(keys.seal_key(rotated, "d", 2), envelope, **names) == b"x"


def test_times():
    assert rfc3339(datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=2)))) == "2026-11-22T10:00:00Z"
    with pytest.raises(ValueError, match="zone"):
        rfc3339(datetime(2026, 11, 22, 12))


def test_the_clock_takes_the_hubs_time_only_when_far_off():
    local = datetime(2026, 11, 22, 10, tzinfo=UTC)
    clock = SkewedClock(lambda: local)
    assert not clock.correct("Sun, 22 Nov 2026 10:00:20 GMT")
    assert not clock.correct(None)
    assert not clock.correct("soon")
    assert clock() == local
    assert clock.correct("Sun, 22 Nov 2026 10:10:00 GMT")
    assert clock() == local + timedelta(minutes=10)
    assert not clock.correct("Sun, 22 Nov 2026 10:10:00 GMT")
