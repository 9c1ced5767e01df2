"""Device keys are derived, never stored (HKDF-SHA256, RFC 5869)."""

import base64
from uuid import UUID

from caerus_client.keys import encode_secret
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def master(text: str) -> bytes:
    """`DEVICE_KEY_KDF_SECRET`: base64url of 32 bytes or more."""
    key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(key) < 32:
        raise ValueError("DEVICE_KEY_KDF_SECRET must be 32 bytes or more, in base64url")
    return key


def derive(master: bytes, salt: bytes, device_id: UUID, key_version: int) -> bytes:
    """A device's 32-byte secret, which is also its HMAC key."""
    info = f"caerus/device/v1/{device_id}/{key_version}".encode()
    return HKDF(SHA256(), 32, salt, info).derive(master)


def derive_producer(master: bytes, salt: bytes, producer_id: str, key_version: int) -> str:
    """A producer's secret; its HMAC key is the UTF-8 of this text."""
    info = f"caerus/producer/v1/{producer_id}/{key_version}".encode()
    return encode_secret(HKDF(SHA256(), 32, salt, info).derive(master))
