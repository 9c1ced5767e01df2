"""Prove who one is: by password, and by a second factor where there is one."""

from prometheus_client import Counter

from hub.core import clock
from hub.core.principal import STRONG, Principal
from hub.core.problems import Forbidden, Unauthenticated
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.identity.auth import backoff, challenge
from hub.identity.auth.models import LoginIn, Session, StepUpIn, VerifyIn
from hub.identity.mfa import service as mfa
from hub.identity.mfa.check import check
from hub.identity.sessions import service as sessions
from hub.identity.sessions.models import Opened
from hub.identity.users import service as users
from hub.identity.users.models import Credentials

_logins = Counter("auth_login_total", "Sign-ins", ["result"])


class WrongCredentials(Unauthenticated):
    """One text for an unknown e-mail, a wrong password and a locked account."""

    def __init__(self) -> None:
        super().__init__("E-mail or password is wrong, or the account is locked for a while.")


class CodeRequired(Unauthenticated):
    """A second factor is set up. After the password of a sign-in it has an `mfa_token`, for `verify`."""

    title = "Code required"

    def __init__(self, mfa_token: str | None = None) -> None:
        super().__init__("Give the code that your authenticator app shows, or a recovery code.")
        self.extra = {"mfa_token": mfa_token} if mfa_token else {}


class WrongCode(Unauthenticated):
    """One text for a wrong code, a used one, and a sign-in that is over."""

    def __init__(self) -> None:
        super().__init__("The code is wrong or was used, or the sign-in took too long: begin anew.")


class EmailNotVerified(Forbidden):
    title = "E-mail not verified"

    def __init__(self) -> None:
        super().__init__("Follow the link in the letter we sent you, or ask for a new one, then sign in.")


async def login(res: Resources, given: LoginIn, visitor: Visitor) -> Session:
    """A session, or `CodeRequired`; each failure counts towards the lock and makes the next attempt wait."""
    known = await _password(res, given.email, given.password, visitor)
    if known.verified_at is None:
        raise EmailNotVerified
    return await sign_in(res, known, ["pwd"], visitor)


async def _password(res: Resources, email: str, password: str, visitor: Visitor) -> Credentials:
    """Whose e-mail and password these are, or `WrongCredentials`. Every refusal costs one hash; that of a known
    person counts the failure besides, some two ms (`bench/logins.py` has both).
    """
    attempt = backoff.attempt(email, visitor.ip)
    await backoff.begin(res, attempt)
    known = await users.credentials(res, email)
    fits = await res.passwords.verify(known.password_hash if known else None, password)
    locked = known and _locked(known)
    if known is None or not fits or locked:
        _logins.labels("fail").inc()
        if known and not locked:
            await users.login_failed(res, known, visitor)
        raise WrongCredentials
    await backoff.succeeded(res, attempt)
    if res.passwords.is_dated(known.password_hash):
        await users.rehash(res, known.id, password)
    return known


def _locked(known: Credentials) -> bool:
    until = known.locked_until
    return known.suspended_at is not None or (until is not None and until > clock.now())


async def verify(res: Resources, given: VerifyIn, visitor: Visitor) -> Session:
    """Finish a sign-in with a code. A wrong one may be tried again with the same token; `WrongCode`."""
    user_id = await challenge.whose(res, given.mfa_token)
    known = await users.credentials_of(res, user_id) if user_id else None
    if known is None or _locked(known):
        raise _wrong_code()
    method = await check(res, known.id, given.code)
    if method is None or not await challenge.finish(res, given.mfa_token):
        raise _wrong_code()
    return await sign_in(res, known, ["pwd", method], visitor)


def _wrong_code() -> WrongCode:
    _logins.labels("fail").inc()
    return WrongCode()


async def sign_in(res: Resources, known: Credentials, methods: list[str], visitor: Visitor) -> Session:
    """Open a session for somebody who has proven who they are, with the role they have now.

    `CodeRequired` where the code is missing.
    """
    async with res.db.transaction() as tx:
        if not STRONG.intersection(methods) and await mfa.enrolled(tx, known.id):
            raise CodeRequired(await challenge.begin(res, known.id))
        role = await users.logged_in(tx, known.id, clock.now())
        if role is None:
            raise WrongCredentials
        opened = await sessions.open_session(tx, res, known.id, role, methods, visitor)
        entry = Entry("auth.login", f"user:{known.id}", role, known.id, visitor.ip, {"methods": methods})
        await audit.record(tx, entry)
    _logins.labels("success").inc()
    return _session(res, opened)


async def refresh(res: Resources, token: str, visitor: Visitor) -> Session:
    """A new session for a refresh token, which is good once."""
    return _session(res, await sessions.renew(res, token, visitor))


async def step_up(res: Resources, who: Principal, given: StepUpIn, visitor: Visitor) -> Session:
    """Prove again who one is, for what needs it fresh; the answer's access token says so.

    Where a second factor is set up both are asked for together: a session that was taken over cannot be
    used to try passwords alone.
    """
    enrolled = await mfa.enrolled(res.db, who.person)
    if enrolled and given.code is None:
        raise CodeRequired
    await confirm(res, who, given.password, visitor)
    if not enrolled or given.code is None:
        return await _proven(res, who, ["pwd"], visitor)
    method = await check(res, who.person, given.code)
    if method is None:
        raise WrongCredentials
    return await _proven(res, who, ["pwd", method], visitor)


async def confirm(res: Resources, who: Principal, password: str, visitor: Visitor) -> Credentials:
    """Check the password of somebody signed in; a wrong one counts as at sign-in."""
    user = await users.get(res, who.person)
    return await _password(res, user.email, password, visitor)


async def _proven(res: Resources, who: Principal, methods: list[str], visitor: Visitor) -> Session:
    async with res.db.transaction() as tx:
        opened = await sessions.prove(tx, who, methods)
        entry = Entry(
            "auth.step_up", f"user:{who.id}", who.role, who.user_id, visitor.ip, {"methods": methods}
        )
        await audit.record(tx, entry)
    return _session(res, opened)


def _session(res: Resources, opened: Opened) -> Session:
    seconds = res.settings.security.jwt_access_seconds
    return Session(sessions.access_token(res, opened), seconds, opened.refresh_token or None)
