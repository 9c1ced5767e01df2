"""Open a session, renew it by a token that is good once, end it.

A refresh token that comes a second time was copied: its whole family ends, whoever holds the newest.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from hub.core import clock
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.principal import Principal, Role
from hub.core.problems import NotFound, Unauthenticated
from hub.core.resources import Resources
from hub.core.security.tokens import Proof
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.identity.sessions import rules, store
from hub.identity.sessions.models import Family, Opened, Sessions

_KEPT = timedelta(days=7)


def digest(token: str) -> bytes:
    """What is stored of a token of 256 random bits: no salt is needed."""
    return hashlib.sha256(token.encode()).digest()


def access_token(res: Resources, opened: Opened) -> str:
    proof = Proof(opened.id, opened.audience, tuple(opened.methods), opened.proven_at.timestamp())
    return res.tokens.mint(opened.user_id, opened.role, proof)


async def open_session(
    tx: Transaction,
    res: Resources,
    user_id: UUID,
    role: Role,
    methods: list[str],
    visitor: Visitor,
    *,
    audience: str = "",
) -> Opened:
    """A new session, on the web unless `audience` says otherwise."""
    security, now = res.settings.security, clock.now()
    audience = audience or security.jwt_audience
    opened = Opened(uuid7(), user_id, role, audience, methods, now, secrets.token_urlsafe(32))
    expires_at = now + timedelta(days=security.session_days)
    await store.add(tx, opened, expires_at, now, visitor.ip, visitor.user_agent)
    await store.add_token(tx, digest(opened.refresh_token), opened.id, now)
    return opened


async def renew(res: Resources, token: str, visitor: Visitor) -> Opened:
    """The same session with a new refresh token; `Unauthenticated` when there is none to renew."""
    async with res.db.transaction() as tx:
        opened = await _renewed(tx, res, digest(token), visitor)
    if opened is None:
        raise Unauthenticated
    return opened


async def _renewed(tx: Transaction, res: Resources, hash: bytes, visitor: Visitor) -> Opened | None:
    family, now = await store.hold_family(tx, hash), clock.now()
    if family is None:
        return None
    if not await store.use_token(tx, hash, now):
        await _reused(tx, res, family, visitor, now)
        return None
    if rules.over(family, now, timedelta(days=res.settings.security.session_idle_days)):
        return None
    fresh = secrets.token_urlsafe(32)
    await store.add_token(tx, digest(fresh), family.id, now)
    await store.seen(tx, family.id, now)
    return Opened(
        family.id, family.user_id, family.role, family.audience, family.methods, family.proven_at, fresh
    )


async def _reused(tx: Transaction, res: Resources, family: Family, visitor: Visitor, now: datetime) -> None:
    if family.ended_at is not None:
        return
    await _end(tx, res, family.id, family.user_id, "refresh token reused", now)
    target = f"session:{family.id}"
    await audit.record(tx, Entry("auth.refresh.reused", target, family.role, family.user_id, visitor.ip))


async def _end(tx: Transaction, res: Resources, id: UUID, user_id: UUID, reason: str, now: datetime) -> bool:
    ended = await store.end(tx, id, user_id, reason, now)
    await res.revocations.revoke(tx, [row.id for row in ended])
    return bool(ended)


async def end_by_token(res: Resources, token: str, visitor: Visitor) -> None:
    """Sign out; a session that is over already is fine."""
    async with res.db.transaction() as tx:
        family = await store.hold_family(tx, digest(token))
        if family and await _end(tx, res, family.id, family.user_id, "signed out", clock.now()):
            target = f"user:{family.user_id}"
            await audit.record(tx, Entry("auth.logout", target, family.role, family.user_id, visitor.ip))


async def end_all(
    tx: Transaction, res: Resources, user_id: UUID, reason: str, *, spared: UUID | None = None
) -> int:
    """End a person's sessions, all but one; how many there were. Their access tokens end with them."""
    ended = await store.end_all(tx, user_id, spared, reason, clock.now())
    await res.revocations.revoke(tx, [row.id for row in ended])
    return len(ended)


async def prove(tx: Transaction, who: Principal, methods: list[str], *, at: datetime | None = None) -> Opened:
    """Note by what a person has proven who they are, just now unless `at` says when: their session as it is now."""
    assert who.session_id is not None
    at = at or clock.now()
    await store.prove(tx, who.session_id, methods, at)
    role: Role = who.role  # type: ignore[assignment]
    return Opened(who.session_id, who.person, role, who.audience, methods, at, "")


async def listed(res: Resources, who: Principal) -> Sessions:
    now = clock.now()
    idle_since = now - timedelta(days=res.settings.security.session_idle_days)
    return Sessions(await store.live(res.db, who.person, who.session_id, now, idle_since))


async def revoke(res: Resources, who: Principal, id: UUID, visitor: Visitor) -> None:
    """End one of one's own sessions, at once."""
    async with res.db.transaction() as tx:
        if not await _end(tx, res, id, who.person, "revoked", clock.now()):
            raise NotFound("You have no such session.")
        await audit.record(
            tx, Entry("auth.session.revoke", f"session:{id}", who.role, who.person, visitor.ip)
        )


async def revoke_others(res: Resources, who: Principal, visitor: Visitor) -> None:
    """End all of one's own sessions but this one."""
    async with res.db.transaction() as tx:
        count = await end_all(tx, res, who.person, "revoked", spared=who.session_id)
        entry = Entry(
            "auth.session.revoke", f"user:{who.person}", who.role, who.person, visitor.ip, {"count": count}
        )
        await audit.record(tx, entry)


async def forget(res: Resources) -> int:
    """Drop the tokens of sessions that ended a week ago."""
    return await store.forget(res.db, clock.now() - _KEPT)
