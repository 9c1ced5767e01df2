"""Guards: who may call. Every endpoint names one; `check` proves who calls or refuses."""

from collections.abc import Awaitable, Callable

from msgspec import Struct
from starlette.requests import Request

from hub.core.principal import PUBLIC, Principal
from hub.core.problems import Forbidden
from hub.core.security import tokens

Check = Callable[[Request], Awaitable[Principal]]


class Guard(Struct, frozen=True):
    """`scheme` names the security scheme in the OpenAPI document; empty means anybody."""

    name: str
    scheme: str
    check: Check


async def _anybody(_: Request) -> Principal:
    return PUBLIC


async def _bearer(request: Request) -> Principal:
    return tokens.from_header(request)


def roles(*allowed: str) -> Guard:
    """A signed-in person in one of these roles."""

    async def check(request: Request) -> Principal:
        who = tokens.from_header(request)
        if who.role not in allowed:
            raise Forbidden(f"This needs the role {' or '.join(allowed)}.")
        return who

    return Guard("roles:" + ",".join(allowed), "bearer", check)


public = Guard("public", "", _anybody)
signed_in = Guard("signed_in", "bearer", _bearer)
