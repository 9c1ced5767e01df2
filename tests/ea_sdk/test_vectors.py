"""One set of vectors for the Python SDK and the MQL5 SDK; the published ones, and a comparison on random input."""

import hashlib
import hmac
import json
import random
import runpy
from typing import Any

import pytest
from caerus_client import keys, sealing, signing
from caerus_client.errors import SealError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tests.ea_sdk.asking import Pieces, unhex
from tests.ea_sdk.build import SDK
from tests.ea_sdk.conftest import vectors

CRYPTO = vectors("crypto")


def raw(text: str) -> bytes:
    return bytes.fromhex(text)


def named(kind: str) -> Any:
    return pytest.mark.parametrize("case", CRYPTO[kind], ids=lambda case: case["name"])


@named("sha256")
def test_sha256(pieces: Pieces, case: dict[str, str]) -> None:
    assert pieces.ask("sha256", raw(case["message"])) == case["digest"]
    assert hashlib.sha256(raw(case["message"])).hexdigest() == case["digest"]


@named("hmac")
def test_hmac(pieces: Pieces, case: dict[str, str]) -> None:
    assert pieces.ask("hmac", raw(case["key"]), raw(case["message"])) == case["mac"]
    assert hmac.digest(raw(case["key"]), raw(case["message"]), "sha256").hex() == case["mac"]


@named("hkdf")
def test_hkdf(pieces: Pieces, case: dict[str, Any]) -> None:
    parts = raw(case["ikm"]), raw(case["salt"]), raw(case["info"])
    assert pieces.ask("hkdf", *parts, case["length"]) == case["okm"]
    assert HKDF(SHA256(), case["length"], parts[1], parts[2]).derive(parts[0]).hex() == case["okm"]


@named("gcm")
def test_gcm(pieces: Pieces, case: dict[str, str]) -> None:
    key, nonce, associated = raw(case["key"]), raw(case["nonce"]), raw(case["associated"])
    assert pieces.ask("gcm-seal", key, nonce, associated, raw(case["plain"])) == case["sealed"]
    assert pieces.ask("gcm-open", key, nonce, associated, raw(case["sealed"])) == (case["plain"] or "-")
    assert AESGCM(key).encrypt(nonce, raw(case["plain"]), associated).hex() == case["sealed"]


def test_random_input_gives_what_other_implementations_give(pieces: Pieces) -> None:
    draw = random.Random(7)
    for size in [*range(70), 127, 128, 129, 1024]:
        key, nonce, text, more = (draw.randbytes(n) for n in (32, 12, size, draw.randrange(70)))
        sealed = AESGCM(key).encrypt(nonce, text, more)
        assert unhex(pieces.ask("sha256", text)) == hashlib.sha256(text).digest()
        assert unhex(pieces.ask("gcm-seal", key, nonce, more, text)) == sealed
        assert unhex(pieces.ask("gcm-open", key, nonce, more, sealed)) == text


def test_each_bit_of_a_sealed_text_matters(pieces: Pieces) -> None:
    key, nonce, more = bytes(32), bytes(12), b"associated"
    sealed = AESGCM(key).encrypt(nonce, b"twenty bytes of text", more)
    for bit in range(8 * len(sealed)):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        assert pieces.ask("gcm-open", key, nonce, more, bytes(flipped)) == "refused"
    assert pieces.ask("gcm-open", key, nonce, more, sealed) != "refused"


@pytest.mark.parametrize("sizes", [(31, 12), (33, 12), (32, 11), (32, 16), (0, 12), (32, 0)])
def test_another_length_of_key_or_nonce_is_refused(pieces: Pieces, sizes: tuple[int, int]) -> None:
    assert pieces.ask("gcm-seal", bytes(sizes[0]), bytes(sizes[1]), b"", b"text") == "refused"
    assert pieces.ask("gcm-open", bytes(sizes[0]), bytes(sizes[1]), b"", bytes(40)) == "refused"


def test_the_file_is_what_the_python_sdk_writes() -> None:
    made = runpy.run_path(str(SDK / "vectors" / "generate.py"))
    assert (SDK / "vectors" / "wire.json").read_bytes() == made["document"]()


def test_keys(pieces: Pieces, wire: Any) -> None:
    for each in wire["keys"]:
        args = wire["device_id"], each["secret_shown"], each["key_version"]
        assert pieces.ask("seal-key", *args) == each["seal_key"]
        assert keys.decode_secret(each["secret_shown"]).hex() == each["secret"]


def test_requests(pieces: Pieces, wire: Any) -> None:
    shown = wire["keys"][0]["secret_shown"]
    for each in wire["requests"]:
        parts = each["method"], each["path"], each["body"], each["nonce"], each["timestamp"]
        canonical, signature = pieces.ask("sign", wire["device_id"], shown, *parts).split(" ")
        assert unhex(canonical).decode() == each["canonical"]
        assert unhex(signature).decode() == each["signature"]
        key = raw(wire["keys"][0]["secret"])
        assert signing.sign(key, each["canonical"].encode()) == each["signature"]


@pytest.mark.parametrize("part", range(5))
def test_a_newline_in_any_part_cannot_be_signed(pieces: Pieces, wire: Any, part: int) -> None:
    parts = ["GET", "/path", "body", "nonce", "time"]
    parts[part] += "\nmore"
    signed = pieces.ask("sign", wire["device_id"], wire["keys"][0]["secret_shown"], *parts)
    assert (signed == "refused") == (part != 2)


def opens(pieces: Pieces, wire: Any, case: Any, key: int) -> str:
    kind = json.loads(case["plain"])["kind"] if "plain" in case else "open"
    sealed = {"id": case["command_id"], "kind": kind, "sealed": case["envelope"]}
    shown = wire["keys"][key]["secret_shown"]
    return pieces.ask("open", wire["device_id"], shown, json.dumps(sealed))


def test_sealed_commands_are_opened(pieces: Pieces, wire: Any) -> None:
    for each in wire["sealed"]:
        reason, plain = opens(pieces, wire, each, each["key_version"] - 1).split(" ")
        assert (reason, unhex(plain).decode()) == ("ok", each["plain"])


def test_what_is_wrong_is_refused_by_both_and_no_text_comes_out(pieces: Pieces, wire: Any) -> None:
    key = raw(wire["keys"][0]["seal_key"])
    for each in wire["refused"]:
        assert opens(pieces, wire, each, 0) == "bad_seal -", each["name"]
        envelope = sealing.Envelope(**each["envelope"])
        with pytest.raises(SealError):
            sealing.open_sealed(key, envelope, device_id=wire["device_id"], command_id=each["command_id"])


def test_no_two_nonces_are_alike(pieces: Pieces, wire: Any) -> None:
    args = wire["device_id"], wire["keys"][0]["secret_shown"]
    nonces = f"{pieces.ask('nonces', *args)} {pieces.ask('nonces', *args)}".split()
    assert len(set(nonces)) == 2000
    assert {len(nonce) for nonce in nonces} == {32}


def test_an_obscured_secret_is_the_same_secret(pieces: Pieces, wire: Any) -> None:
    device, known = wire["device_id"], wire["keys"][0]
    obscured = unhex(pieces.ask("obscure", known["secret_shown"], device)).decode()
    assert obscured.startswith("x1:")
    assert known["secret_shown"] not in obscured
    assert pieces.ask("seal-key", device, obscured, 1) == known["seal_key"]
    other = device[:-1] + "0"
    assert pieces.ask("seal-key", other, obscured, 1) == "refused"
