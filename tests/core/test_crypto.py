"""Ids, signatures, derived keys and sealed envelopes, against the published vectors."""

import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from caerus_client.errors import SealError
from caerus_client.keys import encode_secret, seal_key
from caerus_client.sealing import Envelope, open_sealed, seal
from caerus_client.signing import canonical, sign

from hub.core.ids import uuid7
from hub.core.security import device_keys

_SHARED = Path(__file__).parents[2].parent / "shared" / "vectors" / "wire.json"
_COPY = Path(__file__).parents[1] / "client" / "wire.json"
VECTORS: dict[str, Any] = msgspec.json.decode((_SHARED if _SHARED.exists() else _COPY).read_bytes())
DEVICE = VECTORS["device"]


def test_ids_are_uuids_of_version_7_that_grow_with_time() -> None:
    before = time.time_ns() // 1_000_000
    ids = [uuid7() for _ in range(1_000)]
    after = time.time_ns() // 1_000_000
    assert len(set(ids)) == 1_000
    assert {(id.version, id.variant) for id in ids} == {(7, "specified in RFC 4122")}
    assert ids == sorted(ids), "also within a millisecond"
    milliseconds = [id.int >> 80 for id in ids]
    assert before <= milliseconds[0] and milliseconds[-1] <= after


def test_a_device_secret_and_its_sealing_key_are_derived_as_published() -> None:
    master, salt = bytes.fromhex(DEVICE["kdf_secret"]), bytes.fromhex(DEVICE["salt"])
    secret = device_keys.derive(master, salt, UUID(DEVICE["device_id"]), DEVICE["key_version"])
    assert secret.hex() == DEVICE["secret"]
    assert encode_secret(secret) == DEVICE["secret_shown"]
    assert seal_key(secret, DEVICE["device_id"], DEVICE["key_version"]).hex() == DEVICE["seal_key"]


def test_every_part_of_the_derivation_matters() -> None:
    id, other = UUID(DEVICE["device_id"]), uuid4()
    made = {
        device_keys.derive(master, salt, device, version)
        for master in (b"m" * 32, b"n" * 32)
        for salt in (b"s" * 16, b"t" * 16)
        for device in (id, other)
        for version in (1, 2)
    }
    assert len(made) == 16


def test_a_short_master_secret_is_refused() -> None:
    assert len(device_keys.master(encode_secret(b"k" * 32))) == 32
    with pytest.raises(ValueError, match="32 bytes"):
        device_keys.master(encode_secret(b"k" * 31))


@pytest.mark.parametrize("case", VECTORS["device_requests"] + VECTORS["producer_requests"])
def test_requests_are_signed_as_published(case: dict[str, str]) -> None:
    id = case.get("producer_id") or DEVICE["device_id"]
    key = case["key_utf8"].encode() if "key_utf8" in case else bytes.fromhex(DEVICE["secret"])
    text = canonical(
        case["method"], case["path"], case["body"].encode(), id, case["nonce"], case["timestamp"]
    )
    assert text.decode() == case["canonical"]
    assert sign(key, text) == case["signature"]


def test_envelopes_are_sealed_and_opened_as_published() -> None:
    case, key = VECTORS["sealed"], bytes.fromhex(DEVICE["seal_key"])
    ids = {"device_id": case["device_id"], "command_id": case["command_id"]}
    envelope = msgspec.convert(case["envelope"], Envelope)
    nonce = bytes.fromhex(case["nonce"])
    assert seal(key, case["plain"].encode(), key_version=1, nonce=nonce, **ids) == envelope
    assert open_sealed(key, envelope, **ids).decode() == case["plain"]
    with pytest.raises(SealError):
        open_sealed(key, envelope, **(ids | {"command_id": str(uuid4())}))
