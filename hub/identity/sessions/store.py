"""Queries of sessions."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.identity.sessions.models import Ended, Family, Opened, SessionInfo

sql = Sql("sessions")


async def add(db: Runs, opened: Opened, expires_at: datetime, now: datetime, ip: str | None, ua: str) -> None:
    await sql.run(
        db,
        "add_session",
        id=opened.id,
        user_id=opened.user_id,
        audience=opened.audience,
        methods=opened.methods,
        proven_at=opened.proven_at,
        expires_at=expires_at,
        now=now,
        ip=ip,
        ua=ua,
    )


async def add_token(db: Runs, hash: bytes, session_id: UUID, now: datetime) -> None:
    await sql.run(db, "add_refresh_token", hash=hash, session_id=session_id, now=now)


async def hold_family(db: Runs, hash: bytes) -> Family | None:
    """The session behind a refresh token, locked before the token is looked at."""
    return await sql.one(db, Family, "hold_family", hash=hash)


async def use_token(db: Runs, hash: bytes, now: datetime) -> bool:
    """Whether this is the token's first use."""
    return bool(await sql.run(db, "use_refresh_token", hash=hash, now=now))


async def seen(db: Runs, id: UUID, now: datetime) -> None:
    await sql.run(db, "session_seen", id=id, now=now)


async def prove(db: Runs, id: UUID, methods: list[str], now: datetime) -> None:
    await sql.run(db, "prove_session", id=id, methods=methods, now=now)


async def end(db: Runs, id: UUID, user_id: UUID, reason: str, now: datetime) -> list[Ended]:
    return await sql.many(db, Ended, "end_session", id=id, user_id=user_id, reason=reason, now=now)


async def end_all(db: Runs, user_id: UUID, spared: UUID | None, reason: str, now: datetime) -> list[Ended]:
    return await sql.many(db, Ended, "end_sessions", user_id=user_id, spared=spared, reason=reason, now=now)


async def live(
    db: Runs, user_id: UUID, current: UUID | None, now: datetime, idle_since: datetime
) -> list[SessionInfo]:
    return await sql.many(
        db, SessionInfo, "live_sessions", user_id=user_id, current=current, now=now, idle_since=idle_since
    )


async def forget(db: Runs, before: datetime) -> int:
    """Tokens of sessions that are long over; how many."""
    return await sql.run(db, "forget_refresh_tokens", before=before)
