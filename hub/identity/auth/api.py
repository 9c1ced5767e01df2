"""`/api/v1/auth`. A browser keeps its refresh token in a cookie (`cookies.py`); others get it in the body."""

from hub.core import guards
from hub.core.problems import Forbidden, Unauthenticated
from hub.core.web import Api, Call
from hub.identity.auth import cookies, service
from hub.identity.auth.models import LoginIn, RefreshIn, Session, StepUpIn, VerifyIn
from hub.identity.auth.service import CodeRequired, EmailNotVerified, WrongCode, WrongCredentials
from hub.identity.sessions import service as sessions

api = Api("/auth", tag="auth")


@api.post(
    "/login",
    guard=guards.public,
    status=200,
    limit="auth",
    raises=(WrongCredentials, CodeRequired, EmailNotVerified, Forbidden),
)
async def login(call: Call, body: LoginIn) -> Session:
    """Sign in by e-mail and password; where a code is needed too, the refusal has an `mfa_token`."""
    cookies.is_browser(call.request)
    return cookies.answer(call, await service.login(call.res, body, call.visitor))


@api.post("/mfa/verify", guard=guards.public, status=200, limit="auth", raises=(WrongCode, Forbidden))
async def verify_mfa(call: Call, body: VerifyIn) -> Session:
    """Finish signing in: the `mfa_token` that the password gave, and a code."""
    cookies.is_browser(call.request)
    return cookies.answer(call, await service.verify(call.res, body, call.visitor))


@api.post("/refresh", guard=guards.public, status=200, raises=(Unauthenticated, Forbidden))
async def refresh(call: Call, body: RefreshIn) -> Session:
    """Trade a refresh token for a new session."""
    token = cookies.refresh_token(call, body)
    return cookies.answer(call, await service.refresh(call.res, token, call.visitor))


@api.post("/logout", guard=guards.public, status=204, raises=(Unauthenticated, Forbidden))
async def logout(call: Call, body: RefreshIn) -> None:
    """Sign out."""
    await sessions.end_by_token(call.res, cookies.refresh_token(call, body), call.visitor)
    return cookies.gone()  # type: ignore[return-value]


@api.post(
    "/step-up",
    guard=guards.people(enrolling=True),
    status=200,
    limit="auth",
    raises=(WrongCredentials, CodeRequired),
)
async def step_up(call: Call, body: StepUpIn) -> Session:
    """Give the password (and code) again, for what needs a fresh proof."""
    return await service.step_up(call.res, call.who, body, call.visitor)
