"""`GET /api/v1/me`."""

from hub.core import guards
from hub.core.web import Api, Call
from hub.identity.users import service
from hub.identity.users.models import User

api = Api("", tag="users")


@api.get("/me", guard=guards.people(enrolling=True))
async def get_me(call: Call) -> User:
    """Who is signed in."""
    return await service.get(call.res, call.who.person)
