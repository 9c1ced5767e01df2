"""`GET /api/v1/me`, and `/api/v1/users` for operators."""

from uuid import UUID

from hub.core import guards
from hub.core.paging import Page
from hub.core.problems import Forbidden, NotFound, Unavailable
from hub.core.web import Api, Call
from hub.identity.users import administer, erase, service
from hub.identity.users.administer import EmailTaken
from hub.identity.users.leaving import StillBusy
from hub.identity.users.models import ChangeUserIn, CreateUserIn, Detail, Listed, User, UserQuery
from hub.identity.users.strength import WeakPassword

api = Api("", tag="users")

_read = guards.people("owner", "admin", scope="users:read")
_write = guards.people("owner", "admin", scope="users:write", fresh=True)


@api.get("/me", guard=guards.people(enrolling=True))
async def get_me(call: Call) -> User:
    """Who is signed in."""
    return await service.get(call.res, call.who.person)


# Comes before the address of one user.
@api.get("/users/me", guard=guards.people(enrolling=True))
async def get_user_me(call: Call) -> User:
    """The same as `/me`."""
    return await service.get(call.res, call.who.person)


@api.get("/users", guard=_read)
async def list_users(call: Call, query: UserQuery) -> Page[Listed]:
    """People, newest first."""
    return await service.listed(call.res, query)


@api.post("/users", guard=_write, raises=(EmailTaken, Forbidden, WeakPassword, Unavailable))
async def create_user(call: Call, body: CreateUserIn) -> Detail:
    """Create a person, whose e-mail you vouch for."""
    return await administer.create(call.res, call.who, body, call.visitor)


@api.get("/users/{id}", guard=_read, raises=(NotFound,))
async def get_user(call: Call, id: UUID) -> Detail:
    """One person."""
    return await service.detail(call.res, id)


@api.patch("/users/{id}", guard=_write, raises=(NotFound, Forbidden))
async def change_user(call: Call, id: UUID, body: ChangeUserIn) -> Detail:
    """Give a person another role. They have to sign in again."""
    return await administer.change(call.res, call.who, id, body, call.visitor)


@api.post("/users/{id}/lock", guard=_write, status=200, raises=(NotFound, Forbidden))
async def lock_user(call: Call, id: UUID) -> Detail:
    """Keep a person out, at once."""
    return await administer.lock(call.res, call.who, id, call.visitor)


@api.post("/users/{id}/unlock", guard=_write, status=200, raises=(NotFound, Forbidden))
async def unlock_user(call: Call, id: UUID) -> Detail:
    """Let a person in again."""
    return await administer.unlock(call.res, call.who, id, call.visitor)


@api.post(
    "/users/{id}/mfa/reset",
    guard=guards.people("owner", fresh=True),
    status=200,
    raises=(NotFound, Forbidden),
)
async def reset_user_mfa(call: Call, id: UUID) -> Detail:
    """Take a person's lost second factor away."""
    return await administer.reset_mfa(call.res, call.who, id, call.visitor)


@api.delete("/users/{id}", guard=_write, raises=(NotFound, Forbidden, StillBusy))
async def delete_user(call: Call, id: UUID) -> None:
    """Delete a person for good, when nothing of theirs is open or under way."""
    await erase.erase(call.res, call.who, id, call.visitor)
