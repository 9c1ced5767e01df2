"""`/api/v1/api-keys`: the keys of an operator's programs."""

from uuid import UUID

from hub.core import guards
from hub.core.problems import NotFound
from hub.core.web import Api, Call
from hub.identity.keys import service
from hub.identity.keys.models import KeyIn, Keys, Made
from hub.identity.keys.rules import TooManyKeys
from hub.identity.keys.service import KeyNameTaken

api = Api("/api-keys", tag="keys")

_operators = guards.people("owner", "admin")


@api.post(guard=guards.people("owner", "admin", fresh=True), raises=(KeyNameTaken, TooManyKeys))
async def create_api_key(call: Call, body: KeyIn) -> Made:
    """Make a key. It is in this answer and nowhere else."""
    return await service.make(call.res, call.who, body, call.visitor)


@api.get(guard=_operators)
async def list_api_keys(call: Call) -> Keys:
    """Your keys, newest first."""
    return await service.listed(call.res, call.who)


@api.delete("/{id}", guard=_operators, raises=(NotFound,))
async def revoke_api_key(call: Call, id: UUID) -> None:
    """Revoke one of your keys for good."""
    await service.revoke(call.res, call.who, id, call.visitor)
