"""Create people and look them up."""

from datetime import datetime, timedelta
from uuid import UUID

from hub.core import clock
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.principal import Role
from hub.core.problems import Conflict, NotFound
from hub.core.resources import Resources
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.identity.users import store
from hub.identity.users.models import Credentials, User


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


async def credentials(res: Resources, email: str) -> Credentials | None:
    """What a sign-in is checked against."""
    return await store.credentials(res.db, email)


async def logged_in(tx: Transaction, id: UUID, now: datetime) -> None:
    """A good sign-in starts the count of failures anew."""
    await store.logged_in(tx, id, now)


async def login_failed(res: Resources, id: UUID, now: datetime) -> None:
    """Count a failure; the one that reaches the limit locks the account for a while."""
    security = res.settings.security
    until = now + timedelta(seconds=security.login_lock_seconds)
    await store.login_failed(res.db, id, security.login_max_failures, until)
