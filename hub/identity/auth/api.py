"""`/api/v1/auth`. A browser keeps its refresh token in an HttpOnly cookie; others get it in the body.

A browser is known by `Sec-Fetch-Site`, which scripts can neither set nor remove; anything but
`same-origin` (or a typed address) is refused, and the cookie is SameSite=Strict besides.
"""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub.core import guards
from hub.core.problems import Forbidden, Unauthenticated
from hub.core.web import Api, Call
from hub.identity.auth import service
from hub.identity.auth.models import LoginIn, RefreshIn, Session

api = Api("/auth", tag="auth")

_COOKIE = "caerus_refresh"
_PATH = "/api/v1/auth"


@api.post("/login", guard=guards.public, status=200, raises=(Unauthenticated, Forbidden))
async def login(call: Call, body: LoginIn) -> Session:
    """Sign in by e-mail and password."""
    browser = _is_browser(call.request)
    return _answer(call, await service.login(call.res, body, call.ip), browser)


@api.post("/refresh", guard=guards.public, status=200, raises=(Unauthenticated, Forbidden))
async def refresh(call: Call, body: RefreshIn) -> Session:
    """Trade a refresh token for a new session."""
    browser = _is_browser(call.request)
    return _answer(call, await service.refresh(call.res, _token(call, body)), browser)


@api.post("/logout", guard=guards.public, status=204, raises=(Unauthenticated, Forbidden))
async def logout(call: Call, body: RefreshIn) -> None:
    """Sign out."""
    _is_browser(call.request)
    await service.logout(call.res, _token(call, body), call.ip)
    response = Response(status_code=204)
    response.delete_cookie(_COOKIE, path=_PATH)
    return response  # type: ignore[return-value]


def _is_browser(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site not in (None, "same-origin", "none"):
        raise Forbidden("Other sites may not sign in here.")
    return site is not None


def _token(call: Call, body: RefreshIn) -> str:
    token = body.refresh_token or call.request.cookies.get(_COOKIE)
    if not token:
        raise Unauthenticated
    return token


def _answer(call: Call, session: Session, browser: bool) -> Session:
    if not browser:
        return session
    assert session.refresh_token
    shown = msgspec.structs.replace(session, refresh_token=None)
    response = Response(msgspec.json.encode(shown), 200, media_type="application/json")
    response.set_cookie(
        _COOKIE,
        session.refresh_token,
        max_age=call.res.settings.security.session_days * 86_400,
        path=_PATH,
        secure=call.request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return response  # type: ignore[return-value]
