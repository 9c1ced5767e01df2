"""A device's keys: the secret shown once at registration, and the sealing key derived from it."""

import base64
import binascii
import hmac
import re

SECRET_BYTES = 32
UNPADDED = re.compile(r"[A-Za-z0-9_-]{43}")


def decode_secret(shown: str) -> bytes:
    """The 32 bytes behind a secret shown as unpadded base64url (43 characters). Raises ValueError otherwise."""
    if not UNPADDED.fullmatch(shown):
        raise ValueError("a device secret is 43 characters of unpadded base64url")
    try:
        secret = base64.urlsafe_b64decode(shown + "=")
    except binascii.Error as wrong:
        raise ValueError("a device secret is 43 characters of unpadded base64url") from wrong
    if encode_secret(secret) != shown:
        raise ValueError("the last character of the device secret carries stray bits")
    return secret


def encode_secret(secret: bytes) -> str:
    """Unpadded base64url, the form in which a secret is shown."""
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode("ascii")


def seal_key(secret: bytes, device_id: str, key_version: int) -> bytes:
    """The AES-256 key for sealed commands: HMAC-SHA256(secret, "caerus/seal/v1/{device_id}/{key_version}")."""
    return hmac.digest(secret, f"caerus/seal/v1/{device_id}/{key_version}".encode(), "sha256")
