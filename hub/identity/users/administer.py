"""What operators do to people: create them, change their role, lock them out, let them in again.

Each change holds the rows of who acts, of the person, and of every owner, in one order: two attempts at once
take turns, and the second is judged by what the first one left. Somebody at the server's own console (`who`
is None) is asked for no rights.
"""

from uuid import UUID

from msgspec import Struct

from hub.core import clock
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.principal import Principal
from hub.core.problems import Conflict, NotFound
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.auth import backoff
from hub.identity.sessions import service as sessions
from hub.identity.users import leaving, rules, service, store
from hub.identity.users.models import ChangeUserIn, CreateUserIn, Detail, Standing
from hub.identity.users.strength import must_be_good


class EmailTaken(Conflict):
    title = "E-mail taken"

    def __init__(self) -> None:
        super().__init__("This e-mail address is taken.")


class Held(Struct, frozen=True):
    """Who acts (None: the console), on whom, among which people; nobody changes them meanwhile."""

    actor: Standing | None
    target: Standing
    people: list[Standing]


async def hold(tx: Transaction, who: Principal | None, id: UUID) -> Held:
    """The people a change is about; NotFound, or Forbidden when it may not be made."""
    people = await store.hold(tx, id, *([who.person] if who else []))
    by_id = {each.id: each for each in people}
    target = by_id.get(id)
    if target is None:
        raise NotFound("There is no such user.")
    actor = by_id.get(who.person) if who else None
    if who:
        rules.check_may_act(actor, target)
    return Held(actor, target, people)


async def create(res: Resources, who: Principal, given: CreateUserIn, visitor: Visitor) -> Detail:
    """A person whose e-mail needs no proof, since an operator vouches; EmailTaken."""
    must_be_good(given.password, given.email, res.settings.app.name)
    hashed, id, now = await res.passwords.hash(given.password), uuid7(), clock.now()
    async with res.db.transaction() as tx:
        actor = {each.id: each for each in await store.hold(tx, who.person)}.get(who.person)
        rules.check_may_make(actor, given.role)
        if await store.add(tx, id, given.email, hashed, given.role, now, now) is None:
            raise EmailTaken
        await audit.record(tx, audit.act(who, visitor, "user.create", f"user:{id}", role=given.role))
    return await service.detail(res, id)


async def change(res: Resources, who: Principal, id: UUID, given: ChangeUserIn, visitor: Visitor) -> Detail:
    """Another role, at once: tokens that tell the old one end with their sessions."""
    async with res.db.transaction() as tx:
        held = await hold(tx, who, id)
        role, old = given.role or held.target.role, held.target.role
        if role != old:
            rules.check_may_make(held.actor, role)
            rules.check_an_owner_stays(held.target, held.people)
            await store.set_role(tx, id, role, clock.now())
            await sessions.end_all(tx, res, id, "role changed")
            await audit.record(
                tx, audit.act(who, visitor, "user.role.change", f"user:{id}", old=old, new=role)
            )
    return await service.detail(res, id)


async def lock(res: Resources, who: Principal, id: UUID, visitor: Visitor) -> Detail:
    """Keep a person out, at once and until an operator unlocks them. What they have open goes on being guarded."""
    async with res.db.transaction() as tx:
        held = await hold(tx, who, id)
        if not held.target.suspended:
            rules.check_an_owner_stays(held.target, held.people)
            await store.suspend(tx, id, clock.now())
            count = await sessions.end_all(tx, res, id, "locked")
            await leaving.clear(tx, res, id)
            await audit.record(tx, audit.act(who, visitor, "user.lock", f"user:{id}", sessions=count))
    return await service.detail(res, id)


async def unlock(res: Resources, who: Principal | None, id: UUID, visitor: Visitor) -> Detail:
    """Let a person in again, whether an operator or their own failed attempts kept them out."""
    async with res.db.transaction() as tx:
        held = await hold(tx, who, id)
        if held.target.suspended:
            await leaving.clear(tx, res, id)  # what was asked for while they were being locked out
        await store.unlock(tx, id, clock.now())
        tx.after_commit("backoff", lambda: backoff.forget(res, held.target.email))
        await audit.record(tx, audit.act(who, visitor, "user.unlock", f"user:{id}"))
    return await service.detail(res, id)


async def reset_mfa(res: Resources, who: Principal | None, id: UUID, visitor: Visitor) -> Detail:
    """Take a lost second factor away; the next sign-in is by password, and sets up a new one."""
    async with res.db.transaction() as tx:
        await hold(tx, who, id)
        await store.drop_second_factor(tx, id)
        count = await sessions.end_all(tx, res, id, "second factor reset")
        await audit.record(tx, audit.act(who, visitor, "user.mfa.reset", f"user:{id}", sessions=count))
    return await service.detail(res, id)
