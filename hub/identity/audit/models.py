"""What the audit log records."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct


class Entry(Struct, frozen=True):
    """One sensitive act. `meta` never holds a token, a key or a password."""

    action: str
    target: str
    actor_role: str
    actor_id: UUID | None = None
    ip: str | None = None
    meta: dict[str, Any] = {}


class Head(Struct, frozen=True):
    """The newest entry's number and hash; 0 and None before the first."""

    seq: int
    hash: bytes | None


class Stored(Struct, frozen=True):
    """An entry as it lies in the log; `meta` is the JSON text that was hashed."""

    seq: int
    id: UUID
    ts: datetime
    actor_id: UUID | None
    actor_role: str
    action: str
    target: str
    ip: str | None
    meta: str
    hash: bytes
