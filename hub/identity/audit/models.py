"""What the audit log records."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from hub.core.paging import Limit


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

    def shown(self) -> "Shown":
        return Shown(
            self.seq,
            self.id,
            self.ts,
            self.actor_id,
            self.actor_role,
            self.action,
            self.target,
            self.ip,
            _decoded(self.meta),
            self.hash.hex(),
        )


def _decoded(meta: str) -> dict[str, Any]:
    """Somebody may have tampered with it; then it is evidence, and is shown as it is."""
    try:
        return msgspec.json.decode(meta, type=dict[str, Any])
    except msgspec.DecodeError:
        return {"unreadable": meta}


Name = Annotated[str, Meta(min_length=1, max_length=128)]
Moment = Annotated[datetime, Meta(tz=True)]
Seq = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class LogQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`since` is inclusive, `until` is not. `cursor` is the last number seen."""

    action: Name | None = None
    actor_id: UUID | None = None
    target: Name | None = None
    since: Moment | None = None
    until: Moment | None = None
    limit: Limit = 50
    cursor: Seq | None = None


class Shown(Struct, frozen=True):
    """An entry as it is read. `hash` is in hex."""

    seq: int
    id: UUID
    ts: datetime
    actor_id: UUID | None
    actor_role: str
    action: str
    target: str
    ip: str | None
    meta: dict[str, Any]
    hash: str


class LogPage(Struct, frozen=True):
    """Newest first; `next_cursor` is null on the last page."""

    items: list[Shown]
    next_cursor: int | None


class Numbered(Struct, frozen=True):
    """An entry's number and hash."""

    seq: int
    hash: bytes


class First(Struct, frozen=True):
    seq: int
    ts: datetime


class Daily(Struct, frozen=True):
    """Where the chain stood when a day (UTC) was over, and the signed statement of it."""

    day: date
    seq: int
    hash: bytes
    signed_at: datetime
    token: str

    def shown(self) -> "HeadShown":
        return HeadShown(self.day, self.seq, self.hash.hex(), self.signed_at, self.token)


class Logged(Struct, frozen=True):
    """A daily head beside the hash that the log has under its number now."""

    day: date
    seq: int
    hash: bytes
    token: str
    logged: bytes | None


class HeadsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`cursor` is the last day seen."""

    limit: Limit = 50
    cursor: date | None = None


class HeadShown(Struct, frozen=True):
    """`token` is a compact JWS (RS256, typ `audit-head+jwt`) of day, seq and hash; it may be published."""

    day: date
    seq: int
    hash: str
    signed_at: datetime
    token: str


class HeadsPage(Struct, frozen=True):
    """Newest first; `next_cursor` is null on the last page."""

    items: list[HeadShown]
    next_cursor: date | None
