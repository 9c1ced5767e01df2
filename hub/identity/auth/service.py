"""Prove who one is: by password, and by a second factor where there is one."""

from prometheus_client import Counter

from hub.core import clock
from hub.core.principal import Principal, Role
from hub.core.problems import Forbidden, Unauthenticated
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.identity.auth import backoff
from hub.identity.auth.models import LoginIn, Session, StepUpIn
from hub.identity.sessions import service as sessions
from hub.identity.sessions.models import Opened
from hub.identity.users import service as users
from hub.identity.users.models import Credentials

_logins = Counter("auth_login_total", "Sign-ins", ["result"])


class WrongCredentials(Unauthenticated):
    """One text for an unknown e-mail, a wrong password and a locked account."""

    def __init__(self) -> None:
        super().__init__("E-mail or password is wrong, or the account is locked for a while.")


class EmailNotVerified(Forbidden):
    title = "E-mail not verified"

    def __init__(self) -> None:
        super().__init__("Follow the link in the letter we sent you, or ask for a new one, then sign in.")


async def login(res: Resources, given: LoginIn, visitor: Visitor) -> Session:
    """A session; each failure counts towards the lock and makes the next attempt wait."""
    known = await _password(res, given.email, given.password, visitor)
    if known.verified_at is None:
        raise EmailNotVerified
    return await sign_in(res, known, ["pwd"], visitor)


async def _password(res: Resources, email: str, password: str, visitor: Visitor) -> Credentials:
    """Whose e-mail and password these are, or `WrongCredentials`; all refusals take the same time."""
    attempt = backoff.attempt(email, visitor.ip)
    await backoff.begin(res, attempt)
    known = await users.credentials(res, email)
    fits = await res.passwords.verify(known.password_hash if known else None, password)
    now = clock.now()
    locked = known and (known.suspended_at or (known.locked_until and known.locked_until > now))
    if known is None or not fits or locked:
        _logins.labels("fail").inc()
        if known and not locked:
            await users.login_failed(res, known, visitor)
        raise WrongCredentials
    await backoff.succeeded(res, attempt)
    if res.passwords.is_dated(known.password_hash):
        await users.rehash(res, known.id, password)
    return known


async def sign_in(res: Resources, known: Credentials, methods: list[str], visitor: Visitor) -> Session:
    """Open a session for somebody who has proven who they are."""
    async with res.db.transaction() as tx:
        await users.logged_in(tx, known.id, clock.now())
        opened = await sessions.open_session(tx, res, known.id, known.role, methods, visitor)
        entry = Entry(
            "auth.login", f"user:{known.id}", known.role, known.id, visitor.ip, {"methods": methods}
        )
        await audit.record(tx, entry)
    _logins.labels("success").inc()
    return _session(res, opened)


async def refresh(res: Resources, token: str, visitor: Visitor) -> Session:
    """A new session for a refresh token, which is good once."""
    return _session(res, await sessions.renew(res, token, visitor))


async def step_up(res: Resources, who: Principal, given: StepUpIn, visitor: Visitor) -> Session:
    """Prove again who one is, for what needs it fresh; the answer's access token says so."""
    user = await users.get(res, who.person)
    await _password(res, user.email, given.password, visitor)
    return await _proven(res, who, list(who.methods), visitor)


async def _proven(res: Resources, who: Principal, methods: list[str], visitor: Visitor) -> Session:
    assert who.session_id is not None
    async with res.db.transaction() as tx:
        at = await sessions.prove(tx, who.session_id, methods)
        await audit.record(tx, Entry("auth.step_up", f"user:{who.id}", who.role, who.user_id, visitor.ip))
    role: Role = who.role  # type: ignore[assignment]
    opened = Opened(who.session_id, who.person, role, who.audience, methods, at, "")
    return _session(res, opened)


def _session(res: Resources, opened: Opened) -> Session:
    seconds = res.settings.security.jwt_access_seconds
    return Session(sessions.access_token(res, opened), seconds, opened.refresh_token or None)
