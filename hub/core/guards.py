"""Guards: who may call. Every endpoint names one; `check` proves who calls or refuses.

signed_in                               a person, by any surface
people(fresh=True)                      who gave password (and code) within the last minutes
people("owner", "admin", scope="audit:read")   one of these roles, on the web, with a second factor;
                                        or an API key of such a person that has the scope
"""

from collections.abc import Awaitable, Callable

from msgspec import Struct
from starlette.requests import Request

from hub.core import clock
from hub.core.principal import PUBLIC, Principal
from hub.core.problems import Forbidden, Unauthenticated
from hub.core.resources import Resources

Check = Callable[[Request], Awaitable[Principal]]
Admitted = Callable[[Request, Principal], Awaitable[None]]
Refused = Callable[[Request], None]
Resolve = Callable[[Resources, str], Awaitable[Principal]]

SCOPES: dict[str, str] = {}
"""Every scope an API key may have, and the guards that ask for it."""

_resolvers: dict[str, Resolve] = {}


class MfaRequired(Forbidden):
    title = "Second factor required"

    def __init__(self) -> None:
        super().__init__("Your role needs a second factor: set one up under Account, or sign in with it.")


class StepUpRequired(Forbidden):
    title = "Confirm that it is you"

    def __init__(self) -> None:
        super().__init__("This needs your password again: POST /api/v1/auth/step-up, then repeat it.")


class Guard(Struct, frozen=True):
    """`scheme` names the security scheme in the OpenAPI document; empty means anybody.

    `admitted` is called when the caller is known, counted and not revoked, and what they signed is new: it notes that,
    or asks of the database who may have this very thing, and raises. `refused` is told of every call that was turned
    away before its handler.
    """

    name: str
    scheme: str
    check: Check
    roles: tuple[str, ...] = ()
    scope: str = ""
    fresh: bool = False
    admitted: Admitted | None = None
    refused: Refused | None = None


def resolves(prefix: str) -> Callable[[Resolve], Resolve]:
    """Bearer tokens with this prefix are no JWTs; the room that makes them says whose they are."""

    def register(resolve: Resolve) -> Resolve:
        _resolvers[prefix] = resolve
        return resolve

    return register


def bearer(request: Request) -> str:
    """The token of `Authorization: Bearer ...`, or `Unauthenticated`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return token.strip()


async def _bearer(request: Request) -> Principal:
    token = bearer(request)
    res: Resources = request.state["resources"]
    for prefix, resolve in _resolvers.items():
        if token.startswith(prefix):
            return await resolve(res, token)
    return res.tokens.read(token)


async def _anybody(_: Request) -> Principal:
    return PUBLIC


def people(
    *roles: str, scope: str = "", fresh: bool = False, enrolling: bool = False, miniapp: bool | None = None
) -> Guard:
    """A signed-in person in one of `roles` (any, without).

    `scope` lets API keys in that have it. `fresh` wants a recent proof. `enrolling` lets those in who must
    have a second factor and have none yet. `miniapp`: whether tokens of the Mini App are good here; not for
    roles, unless it says so.
    """
    guest = not roles if miniapp is None else miniapp

    async def check(request: Request) -> Principal:
        who, res = await _bearer(request), request.state["resources"]
        if who.kind == "key":
            _check_key(who, scope)
        else:
            _check_person(res, who, fresh=fresh, enrolling=enrolling, miniapp=guest)
        if roles and who.role not in roles:
            raise Forbidden(f"This needs the role {' or '.join(roles)}.")
        return who

    if scope:
        SCOPES.setdefault(scope, ", ".join(roles) or "anybody")
    name = ":".join(filter(None, ["people", "|".join(roles), scope, "fresh" * fresh]))
    return Guard(name, "bearer", check, roles, scope, fresh)


def _check_key(who: Principal, scope: str) -> None:
    if not scope:
        raise Forbidden("API keys may not do this; sign in.")
    if who.scopes is None or scope not in who.scopes:
        raise Forbidden(f"This API key lacks the scope {scope}.")


def _check_person(res: Resources, who: Principal, *, fresh: bool, enrolling: bool, miniapp: bool) -> None:
    security = res.settings.security
    if not miniapp and who.audience != security.jwt_audience:
        raise Forbidden("This is done on the web, not in the Mini App.")
    if who.role in security.mfa_required_roles and not (who.strong or enrolling):
        raise MfaRequired
    if fresh and clock.now().timestamp() - who.proven_at > security.step_up_seconds:
        raise StepUpRequired


def person(res: Resources, token: str) -> Principal:
    """The person behind an access token, for those who come by another way than a request."""
    who = res.tokens.read(token)
    _check_person(res, who, fresh=False, enrolling=False, miniapp=True)
    return who


public = Guard("public", "", _anybody)
signed_in = people()
