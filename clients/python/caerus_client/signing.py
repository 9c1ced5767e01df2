"""The canonical string of a request and its HMAC-SHA256 signature (producers and devices alike)."""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime

from caerus_client.errors import UnsignableText
from caerus_client.times import rfc3339

VISIBLE_ASCII = re.compile(r"[!-~]*")


def canonical(method: str, path: str, body: bytes, caller: str, nonce: str, timestamp: str) -> bytes:
    """Six lines joined by a newline: method, path with query as sent, SHA-256 of the body, id, nonce, time.

    Raises UnsignableText if a part holds anything but visible ASCII: a newline in one would let two different
    requests share a signature.
    """
    lines = (method.upper(), path, hashlib.sha256(body).hexdigest(), caller, nonce, timestamp)
    if not all(VISIBLE_ASCII.fullmatch(line) for line in lines):
        raise UnsignableText("method, path, id, nonce and timestamp must be visible ASCII")
    return "\n".join(lines).encode("ascii")


def sign(key: bytes, message: bytes) -> str:
    """Standard base64 of HMAC-SHA256(key, message)."""
    return base64.b64encode(hmac.digest(key, message, "sha256")).decode("ascii")


def fresh_nonce() -> str:
    """128 random bits as 32 hex digits."""
    return secrets.token_hex(16)


def producer_headers(
    key: bytes, producer_id: str, method: str, path: str, body: bytes, *, now: datetime, nonce: str
) -> dict[str, str]:
    """Headers that sign one attempt of a producer. `key` is the producer's secret in UTF-8; nonce "" is not sent."""
    timestamp = rfc3339(now)
    signature = sign(key, canonical(method, path, body, producer_id, nonce, timestamp))
    headers = {"X-Producer-Id": producer_id, "X-Timestamp": timestamp, "X-Signature": signature}
    return {**headers, "X-Nonce": nonce} if nonce else headers


def device_headers(
    key: bytes, device_id: str, method: str, path: str, body: bytes, *, now: datetime, nonce: str
) -> dict[str, str]:
    """Headers that sign one attempt of a device. `key` is the device's 32-byte secret."""
    timestamp = rfc3339(now)
    signature = sign(key, canonical(method, path, body, device_id, nonce, timestamp))
    return {"X-Device-Id": device_id, "X-Nonce": nonce, "X-Timestamp": timestamp, "X-Signature": signature}
