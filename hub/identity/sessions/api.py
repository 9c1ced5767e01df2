"""`/api/v1/auth/sessions`: where one is signed in."""

from uuid import UUID

from hub.core import guards
from hub.core.problems import NotFound
from hub.core.web import Api, Call
from hub.identity.sessions import service
from hub.identity.sessions.models import Sessions

api = Api("/auth/sessions", tag="auth")


@api.get(guard=guards.people(enrolling=True))
async def list_sessions(call: Call) -> Sessions:
    """Your sessions, newest first."""
    return await service.listed(call.res, call.who)


@api.delete("/{id}", guard=guards.people(fresh=True, enrolling=True), raises=(NotFound,))
async def revoke_session(call: Call, id: UUID) -> None:
    """End one of your sessions, with the tokens it has."""
    await service.revoke(call.res, call.who, id, call.visitor)


@api.delete(guard=guards.people(fresh=True, enrolling=True))
async def revoke_other_sessions(call: Call) -> None:
    """End all of your sessions but this one."""
    await service.revoke_others(call.res, call.who, call.visitor)
