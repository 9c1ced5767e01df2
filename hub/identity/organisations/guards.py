"""The guard of everything that belongs to an organisation: the boundary between tenants."""

from uuid import UUID

import msgspec
from starlette.requests import Request

from hub.core import guards
from hub.core.guards import Guard
from hub.core.principal import Principal
from hub.identity.organisations import rules, service
from hub.identity.organisations.models import MemberRole
from hub.identity.organisations.service import NoOrganisation


def member(least: MemberRole = "viewer", *, scope: str = "", fresh: bool = False) -> Guard:
    """Members of the organisation that `{organisation_id}` in the path names, of this role or a higher one.

    Asked of the database on every request. Strangers get 404: they are not told that there is one.
    """
    inner = guards.people(scope=scope, fresh=fresh)

    async def belongs(request: Request, who: Principal) -> None:
        organisation = await service.get(request.state["resources"], _named(request), who.person)
        rules.check_at_least(organisation.role, least)

    return msgspec.structs.replace(inner, name=f"member:{least}:{inner.name}", admitted=belongs)


def _named(request: Request) -> UUID:
    try:
        return UUID(request.path_params["organisation_id"])
    except ValueError:
        raise NoOrganisation from None
