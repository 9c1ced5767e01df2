"""Create people and look them up."""

from uuid import UUID

from hub.core import clock
from hub.core.ids import uuid7
from hub.core.principal import Role
from hub.core.problems import Conflict, NotFound
from hub.core.resources import Resources
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.identity.users import store
from hub.identity.users.models import Credentials, User

__all__ = ["Credentials", "User", "create", "ensure", "get"]


async def create(res: Resources, email: str, password: str, role: Role) -> User:
    """A new person; 409 when the e-mail is taken."""
    hashed = await res.passwords.hash(password)
    async with res.db.transaction() as tx:
        user = await store.add(tx, uuid7(), email, hashed, role, clock.now())
        if user is None:
            raise Conflict("This e-mail address is taken.")
        await audit.record(tx, Entry("user.create", f"user:{user.id}", "system", meta={"role": role}))
    return user


async def ensure(res: Resources, email: str, password: str, role: Role) -> User:
    """The person with this e-mail, created if there is none yet."""
    return await store.by_email(res.db, email) or await create(res, email, password, role)


async def get(res: Resources, id: UUID) -> User:
    user = await store.get(res.db, id)
    if user is None:
        raise NotFound("There is no such user.")
    return user
