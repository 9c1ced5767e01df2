"""Create people and look them up. `administer.py` and `erase.py` are what operators do to them."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hub.core import clock
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.paging import Page, page
from hub.core.principal import Role
from hub.core.problems import Conflict, NotFound
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.identity.sessions import service as sessions
from hub.identity.users import rules, store
from hub.identity.users.models import Credentials, Detail, Listed, User, UserQuery


def digest_of(email: str) -> str:
    """What stands for an e-mail in a key or a label: those are no place for personal data."""
    return hashlib.sha256(email.lower().encode()).hexdigest()[:32]


async def create(res: Resources, email: str, password: str, role: Role) -> User:
    """A new person whose e-mail needs no proof (an operator vouches); 409 when it is taken."""
    hashed = await res.passwords.hash(password)
    async with res.db.transaction() as tx:
        user = await add(tx, email, hashed, role, verified_at=clock.now())
        if user is None:
            raise Conflict("This e-mail address is taken.")
        await audit.record(tx, created(user))
    return user


async def add(
    tx: Transaction, email: str, password_hash: str, role: Role, *, verified_at: datetime | None
) -> User | None:
    """A new person, to be recorded as `created` at the transaction's end; None when the e-mail is taken."""
    return await store.add(tx, uuid7(), email, password_hash, role, clock.now(), verified_at)


def created(user: User, ip: str | None = None) -> Entry:
    return Entry("user.create", f"user:{user.id}", "system", ip=ip, meta={"role": user.role})


async def ensure(res: Resources, email: str, password: str, role: Role) -> User:
    """The person with this e-mail, created if there is none yet."""
    return await store.by_email(res.db, email) or await create(res, email, password, role)


async def get(res: Resources, id: UUID) -> User:
    user = await store.get(res.db, id)
    if user is None:
        raise NotFound("There is no such user.")
    return user


async def listed(res: Resources, query: UserQuery) -> Page[Listed]:
    pattern = rules.like(query.search) if query.search else None
    rows = await store.listed(res.db, query, pattern, query.limit + 1)
    return page(rows, query.limit, [row.id for row in rows])


async def detail(res: Resources, id: UUID) -> Detail:
    row = await store.detail(res.db, id)
    if row is None:
        raise NotFound("There is no such user.")
    return Detail(**msgspec.structs.asdict(row), sessions=await sessions.count(res, id))


async def by_email(res: Resources, email: str) -> User | None:
    return await store.by_email(res.db, email)


async def credentials(res: Resources, email: str) -> Credentials | None:
    """What a sign-in is checked against."""
    return await store.credentials(res.db, email)


async def credentials_of(res: Resources, id: UUID) -> Credentials | None:
    return await store.credentials_of(res.db, id)


async def logged_in(tx: Transaction, id: UUID, now: datetime) -> Role | None:
    """A good sign-in starts the count of failures anew. The person's role now; None when they may not come."""
    known = await store.logged_in(tx, id, now)
    return known.role if known else None


async def login_failed(res: Resources, known: Credentials, visitor: Visitor) -> None:
    """Count a failure; the one that reaches the limit locks the account for a while."""
    security = res.settings.security
    until = clock.now() + timedelta(seconds=security.login_lock_seconds)
    async with res.db.transaction() as tx:
        counted = await store.login_failed(tx, known.id, security.login_max_failures, until)
        if counted and counted.locked_until == until:
            target, meta = f"user:{known.id}", {"seconds": security.login_lock_seconds}
            await audit.record(tx, Entry("auth.lock", target, known.role, known.id, visitor.ip, meta))


async def set_password(tx: Transaction, id: UUID, password_hash: str) -> None:
    """Replace the password; a lock for failures is over with it."""
    await store.set_password(tx, id, password_hash, clock.now())


async def rehash(res: Resources, id: UUID, password: str) -> None:
    """Store the password under today's Argon2 parameters."""
    hashed = await res.passwords.hash(password)
    async with res.db.transaction() as tx:
        await set_password(tx, id, hashed)


async def set_verified(tx: Transaction, id: UUID) -> None:
    """The e-mail address is this person's."""
    await store.set_verified(tx, id, clock.now())
