"""How a browser stays signed in: a cookie that no script reads, and one that proves who reads it.

A browser is known by `Sec-Fetch-Site`, which scripts can neither set nor remove; anything but `same-origin`
(or a typed address) is refused. The refresh token is in an HttpOnly, SameSite=Strict cookie; a request that
relies on it must repeat, in `X-CSRF-Token`, the value of a second cookie that only our own pages can read
(double submit; the value is bound to the refresh token, so a planted pair does not fit).
"""

import base64
import hmac

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub.core.problems import Forbidden, Unauthenticated
from hub.core.web import Call
from hub.identity.auth.models import RefreshIn, Session

REFRESH, CSRF = "caerus_refresh", "caerus_csrf"
_PATH = "/api/v1/auth"


def is_browser(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site not in (None, "same-origin", "none"):
        raise Forbidden("Other sites may not sign in here.")
    return site is not None


def refresh_token(call: Call, body: RefreshIn) -> str:
    """From the body, or from the cookie of a page that could read the other one."""
    is_browser(call.request)
    if body.refresh_token:
        return body.refresh_token
    token = call.request.cookies.get(REFRESH)
    if not token:
        raise Unauthenticated
    given = call.request.headers.get("x-csrf-token", "")
    if not hmac.compare_digest(given.encode(), csrf(token).encode()):
        raise Forbidden("X-CSRF-Token must repeat the cookie caerus_csrf.")
    return token


def csrf(refresh_token: str) -> str:
    digest = hmac.digest(refresh_token.encode(), b"caerus/csrf/v1", "sha256")
    return base64.urlsafe_b64encode(digest[:18]).decode()


def answer(call: Call, session: Session) -> Session:
    """A browser gets its refresh token as a cookie; others in the body."""
    if not is_browser(call.request) or session.refresh_token is None:
        return session
    token, shown = session.refresh_token, msgspec.structs.replace(session, refresh_token=None)
    response = Response(msgspec.json.encode(shown), 200, media_type="application/json")
    secure = call.request.url.scheme == "https" or call.res.settings.mail.links.startswith("https://")
    seconds = call.res.settings.security.session_days * 86_400
    response.set_cookie(REFRESH, token, seconds, path=_PATH, secure=secure, httponly=True, samesite="strict")
    response.set_cookie(CSRF, csrf(token), seconds, path="/", secure=secure, samesite="strict")
    return response  # type: ignore[return-value]


def gone() -> Response:
    """The answer to a sign-out."""
    response = Response(status_code=204)
    response.delete_cookie(REFRESH, path=_PATH)
    response.delete_cookie(CSRF, path="/")
    return response
