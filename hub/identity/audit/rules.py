"""The chain: each entry's hash covers its content and the hash before it."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

import msgspec

GENESIS = bytes(32)


def link(
    before: bytes,
    id: UUID,
    ts: datetime,
    actor_id: UUID | None,
    actor_role: str,
    action: str,
    target: str,
    ip: str | None,
    meta: str,
) -> bytes:
    """SHA-256 over the previous hash and the entry as one JSON array."""
    at = ts.astimezone(UTC).isoformat(timespec="microseconds")
    content = msgspec.json.encode([id, at, actor_id, actor_role, action, target, ip, meta])
    return hashlib.sha256(before + content).digest()
