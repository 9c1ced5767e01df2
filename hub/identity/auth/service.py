"""Sign in, stay signed in, sign out."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from prometheus_client import Counter

from hub.core import clock
from hub.core.ids import uuid7
from hub.core.principal import Role
from hub.core.problems import Unauthenticated
from hub.core.resources import Resources
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.identity.auth import store
from hub.identity.auth.models import LoginIn, Session
from hub.identity.users import service as users

_logins = Counter("auth_login_total", "Sign-ins", ["result"])


class WrongCredentials(Unauthenticated):
    """One text for an unknown e-mail, a wrong password and a locked account."""

    def __init__(self) -> None:
        super().__init__("E-mail or password is wrong, or the account is locked for a while.")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def login(res: Resources, given: LoginIn, ip: str | None) -> Session:
    """A session; each failure counts towards the lock."""
    known = await users.credentials(res, given.email)
    fits = await res.passwords.verify(known.password_hash if known else None, given.password)
    now = clock.now()
    locked = known and known.locked_until and known.locked_until > now
    if known is None or not fits or locked:
        _logins.labels("fail").inc()
        if known and not locked:
            await users.login_failed(res, known.id, now)
        raise WrongCredentials
    refresh = secrets.token_urlsafe(32)
    async with res.db.transaction() as tx:
        await users.logged_in(tx, known.id, now)
        expires_at = now + timedelta(days=res.settings.security.session_days)
        await store.add(tx, uuid7(), known.id, _digest(refresh), now, expires_at)
        await audit.record(tx, Entry("auth.login", f"user:{known.id}", known.role, known.id, ip))
    _logins.labels("success").inc()
    return _session(res, known.id, known.role, refresh)


async def refresh(res: Resources, token: str) -> Session:
    """A new session for a refresh token, which is good once."""
    new = secrets.token_urlsafe(32)
    whose = await store.rotate(res.db, _digest(token), _digest(new), clock.now())
    if whose is None:
        raise Unauthenticated
    return _session(res, whose.user_id, whose.role, new)


async def logout(res: Resources, token: str, ip: str | None) -> None:
    """End the session; ending one that is over is fine."""
    async with res.db.transaction() as tx:
        if whose := await store.end(tx, _digest(token)):
            await audit.record(
                tx, Entry("auth.logout", f"user:{whose.user_id}", whose.role, whose.user_id, ip)
            )


def _session(res: Resources, user_id: UUID, role: Role, refresh_token: str) -> Session:
    return Session(res.tokens.mint(user_id, role), res.settings.security.jwt_access_seconds, refresh_token)
