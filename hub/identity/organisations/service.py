"""Organisations: create, list, rename, delete. `members.py` and `invitations.py` say who is in them.

This is the boundary between tenants: who is not a member of an organisation is told that there is none.
Every change holds the organisation's row, so that changes of one organisation take turns.
"""

from uuid import UUID

from msgspec import Struct

from hub.core import clock
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.paging import Page, PageQuery, page
from hub.core.principal import Principal
from hub.core.problems import NotFound
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.organisations import rules, store
from hub.identity.organisations.models import Held, MemberRole, Organisation, OrganisationIn


class NoOrganisation(NotFound):
    def __init__(self) -> None:
        super().__init__("You belong to no such organisation.")


class Inside(Struct, frozen=True):
    """An organisation that is held, and what the caller is in it."""

    organisation: Held
    role: MemberRole


async def get(res: Resources, id: UUID, user_id: UUID) -> Organisation:
    """An organisation as this member sees it now, or `NoOrganisation`.

    One's own, which has one's own id, is made when it is first asked for.
    """
    found = await store.my(res.db, id, user_id)
    if found is None and id == user_id:
        await store.add_personal(res.db, user_id, clock.now())
        found = await store.my(res.db, id, user_id)
    if found is None:
        raise NoOrganisation
    return found


async def enter(tx: Transaction, id: UUID, who: Principal, least: MemberRole) -> Inside:
    """Hold a team for a change by somebody who has this role or a higher one now."""
    organisation = await store.hold(tx, id)
    me = await store.member(tx, id, who.person) if organisation else None
    if organisation is None or me is None:
        raise NoOrganisation
    rules.check_at_least(me.role, least)
    rules.check_team(organisation.kind)
    return Inside(organisation, me.role)


async def listed(res: Resources, who: Principal, query: PageQuery) -> Page[Organisation]:
    await get(res, who.person, who.person)
    rows = await store.mine(res.db, who.person, query.cursor, query.limit + 1)
    return page(rows, query.limit, [row.id for row in rows])


async def create(res: Resources, who: Principal, given: OrganisationIn, visitor: Visitor) -> Organisation:
    """A team, whose first owner is who makes it."""
    id = uuid7()
    async with res.db.transaction() as tx:
        await store.add_team(tx, id, given.name, who.person, clock.now())
        await audit.record(tx, audit.act(who, visitor, "organisation.create", f"organisation:{id}"))
    return await get(res, id, who.person)


async def rename(
    res: Resources, who: Principal, id: UUID, given: OrganisationIn, visitor: Visitor
) -> Organisation:
    async with res.db.transaction() as tx:
        await enter(tx, id, who, "admin")
        await store.rename(tx, id, given.name, clock.now())
        await audit.record(tx, audit.act(who, visitor, "organisation.rename", f"organisation:{id}"))
    return await get(res, id, who.person)


async def delete(res: Resources, who: Principal, id: UUID, visitor: Visitor) -> None:
    """From now on nobody belongs to it; its rows stay."""
    async with res.db.transaction() as tx:
        await enter(tx, id, who, "owner")
        await store.delete(tx, id, clock.now())
        await audit.record(tx, audit.act(who, visitor, "organisation.delete", f"organisation:{id}"))
