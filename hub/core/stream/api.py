"""For operators: who is connected."""

from uuid import UUID

from hub.core import guards
from hub.core.stream.presence import PersonPresence, Presence
from hub.core.web import Api, Call

api = Api("/admin/presence", tag="stream")
_read = guards.people("owner", "admin", scope="presence:read")


@api.get(guard=_read)
async def presence(call: Call) -> Presence:
    """How many sockets and people are connected, on which hub, to which topics."""
    return await call.res.presences.all()


@api.get("/{user_id}", guard=_read)
async def presence_of(call: Call, user_id: UUID) -> PersonPresence:
    """How many sockets this person has open, by hub; nobody's id is nobody's."""
    return await call.res.presences.of(user_id)
