"""Invitations: by e-mail, accepted by the person whose proven e-mail it is."""

from datetime import timedelta
from uuid import UUID

from hub.core import clock
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.paging import Page, PageQuery, page
from hub.core.principal import Principal
from hub.core.problems import Conflict, NotFound
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.organisations import rules, store
from hub.identity.organisations.models import Invitation, InviteIn, MyInvitation, Organisation
from hub.identity.organisations.service import enter, get

_LIFE = timedelta(days=14)


class AlreadyInvited(Conflict):
    title = "Already invited"

    def __init__(self) -> None:
        super().__init__("There is an open invitation for this address; revoke it to make another.")


class AlreadyMember(Conflict):
    title = "Already a member"


class NoInvitation(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such open invitation.")


async def invite(
    res: Resources, who: Principal, organisation_id: UUID, given: InviteIn, visitor: Visitor
) -> Invitation:
    """An invitation that is good for two weeks; AlreadyInvited, AlreadyMember."""
    now = clock.now()
    new = Invitation(uuid7(), organisation_id, given.email, given.role, who.person, now, now + _LIFE)
    async with res.db.transaction() as tx:
        inside = await enter(tx, organisation_id, who, "admin")
        rules.check_may_manage(inside.role, given.role)
        if await store.is_member(tx, organisation_id, given.email):
            raise AlreadyMember("Whoever has this address is a member already.")
        await store.lapse_invitations(tx, organisation_id, now)
        if not await store.add_invitation(tx, new):
            raise AlreadyInvited
        target, meta = f"organisation:{organisation_id}", {"invitation": str(new.id), "role": new.role}
        await audit.record(tx, audit.act(who, visitor, "organisation.invitation.create", target, **meta))
    return new


async def listed(res: Resources, organisation_id: UUID, query: PageQuery) -> Page[Invitation]:
    rows = await store.open_invitations(res.db, organisation_id, clock.now(), query.cursor, query.limit + 1)
    return page(rows, query.limit, [row.id for row in rows])


async def revoke(res: Resources, who: Principal, organisation_id: UUID, id: UUID, visitor: Visitor) -> None:
    async with res.db.transaction() as tx:
        await enter(tx, organisation_id, who, "admin")
        if not await store.revoke_invitation(tx, id, organisation_id, clock.now()):
            raise NoInvitation
        target, meta = f"organisation:{organisation_id}", {"invitation": str(id)}
        await audit.record(tx, audit.act(who, visitor, "organisation.invitation.revoke", target, **meta))


async def mine(res: Resources, who: Principal, query: PageQuery) -> Page[MyInvitation]:
    rows = await store.my_invitations(res.db, who.person, clock.now(), query.cursor, query.limit + 1)
    return page(rows, query.limit, [row.id for row in rows])


async def accept(res: Resources, who: Principal, id: UUID, visitor: Visitor) -> Organisation:
    """Become a member; NoInvitation unless it is open and for the caller's own proven e-mail."""
    async with res.db.transaction() as tx:
        invitation = await _for(tx, who, id)
        now, role, organisation_id = clock.now(), invitation.role, invitation.organisation_id
        if not await store.add_member(tx, organisation_id, who.person, role, now):
            raise AlreadyMember("You are a member already.")
        await store.accept_invitation(tx, id, now)
        target, meta = f"organisation:{organisation_id}", {"invitation": str(id), "role": role}
        await audit.record(tx, audit.act(who, visitor, "organisation.member.join", target, **meta))
    return await get(res, organisation_id, who.person)


async def _for(tx: Transaction, who: Principal, id: UUID) -> Invitation:
    """The invitation, held with its organisation; looked at again when both are had."""
    person = await store.hold_invited(tx, who.person)
    found = await store.open_invitation(tx, id, person.email, clock.now()) if person else None
    if person is None or found is None or await store.hold(tx, found.organisation_id) is None:
        raise NoInvitation
    found = await store.open_invitation(tx, id, person.email, clock.now())
    if found is None:
        raise NoInvitation
    return found
