"""Sealed commands: AES-256-GCM with the device, the command and the key version as associated data."""

import base64
import binascii
import os

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from caerus_client.errors import SealError

VERSION = 1
NONCE_BYTES = 12
TAG_BYTES = 16


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What travels. `nonce` and `ciphertext` are standard base64; the 16-byte tag ends the ciphertext."""

    v: int
    key_version: int
    nonce: str
    ciphertext: str


def seal(
    key: bytes, plain: bytes, *, device_id: str, command_id: str, key_version: int, nonce: bytes | None = None
) -> Envelope:
    """Encrypt `plain` for one device and one command. `nonce` (12 bytes) is random unless a test gives it."""
    nonce = os.urandom(NONCE_BYTES) if nonce is None else nonce
    cipher = AESGCM(key).encrypt(nonce, plain, _associated(device_id, command_id, key_version))
    return Envelope(v=VERSION, key_version=key_version, nonce=_b64(nonce), ciphertext=_b64(cipher))


def open_sealed(key: bytes, envelope: Envelope, *, device_id: str, command_id: str) -> bytes:
    """The plain text of `envelope`. Raises SealError for whatever is wrong with it, without saying more."""
    nonce, cipher = _unb64(envelope.nonce), _unb64(envelope.ciphertext)
    if envelope.v != VERSION or len(nonce) != NONCE_BYTES or len(cipher) < TAG_BYTES:
        raise SealError("the sealed command cannot be opened")
    try:
        return AESGCM(key).decrypt(nonce, cipher, _associated(device_id, command_id, envelope.key_version))
    except (InvalidTag, ValueError) as wrong:
        raise SealError("the sealed command cannot be opened") from wrong


def _associated(device_id: str, command_id: str, key_version: int) -> bytes:
    return f"{device_id}\n{command_id}\n{key_version}".encode()


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _unb64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise SealError("the sealed command cannot be opened") from wrong
