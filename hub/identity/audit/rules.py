"""The chain: each entry's hash covers its content and the hash before it. And its heads, a day each."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec

from hub.identity.audit.models import Logged

GENESIS = bytes(32)
HEAD = "audit-head+jwt"

_DAY = timedelta(days=1)
_SETTLED = timedelta(minutes=5)
"""No transaction takes so long: after it nobody writes an entry of the day before."""


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


def days_over(first: date, now: datetime) -> Iterator[date]:
    """The days (UTC) from `first` on that are over at `now`, and settled."""
    today = day_of(now - _SETTLED)
    while first < today:
        yield first
        first = day_after(first)


def day_of(at: datetime) -> date:
    return at.astimezone(UTC).date()


def day_after(day: date) -> date:
    return day + _DAY


def end_of(day: date) -> datetime:
    return datetime.combine(day_after(day), time(), UTC)


def claims(issuer: str, day: date, seq: int, hash: bytes, now: datetime) -> dict[str, Any]:
    """What the hub says of the chain when a day is over."""
    return {
        "iss": issuer,
        "iat": int(now.timestamp()),
        "day": day.isoformat(),
        "seq": seq,
        "hash": hash.hex(),
    }


def unfit(row: Logged, before: date | None, said: dict[str, Any] | None) -> str | None:
    """Why a daily head does not fit what was signed, or the log; None when it does."""
    if before is not None and row.day != day_after(before):
        return f"comes after that of {before}: a day between them is missing"
    if said is None:
        return "is not signed by a known key"
    if (said.get("day"), said.get("seq"), said.get("hash")) != (row.day.isoformat(), row.seq, row.hash.hex()):
        return "is not what was signed"
    return None if row.logged == row.hash else astray(row.seq, row.logged)


def astray(seq: int, logged: bytes | None) -> str:
    return f"names entry {seq}, which " + ("is missing" if logged is None else "has another hash now")
