"""Members: list them, change their roles, let them go."""

from uuid import UUID

from hub.core import clock
from hub.core.db import Transaction
from hub.core.paging import Page, PageQuery, page
from hub.core.principal import Principal
from hub.core.problems import NotFound
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.identity.organisations import rules, store
from hub.identity.organisations.models import Belongs, Heir, Member, MemberRole
from hub.identity.organisations.service import enter


class NoMember(NotFound):
    def __init__(self) -> None:
        super().__init__("This organisation has no such member.")


async def listed(res: Resources, organisation_id: UUID, query: PageQuery) -> Page[Member]:
    rows = await store.members(res.db, organisation_id, query.cursor, query.limit + 1)
    return page(rows, query.limit, [row.user_id for row in rows])


async def stay(tx: Transaction, organisation_id: UUID) -> None:
    """Nobody comes, goes or gets another role there until the transaction ends."""
    await store.share(tx, organisation_id)


async def holding(tx: Transaction, organisation_id: UUID, user_ids: list[UUID]) -> dict[UUID, Belongs]:
    """Those of these people who belong to it now, and go on to until the transaction ends."""
    await stay(tx, organisation_id)
    return {row.user_id: row for row in await store.roles_among(tx, organisation_id, user_ids)}


async def change(
    res: Resources, who: Principal, organisation_id: UUID, user_id: UUID, role: MemberRole, visitor: Visitor
) -> Member:
    """Another role, from this moment on."""
    async with res.db.transaction() as tx:
        inside = await enter(tx, organisation_id, who, "admin")
        member = await _member(tx, organisation_id, user_id)
        if member.role == role:
            return member
        rules.check_may_manage(inside.role, member.role, role)
        rules.check_an_owner_stays(member.role, await store.owners(tx, organisation_id))
        await store.set_role(tx, organisation_id, user_id, role)
        await store.revoke_invitations_by(tx, organisation_id, user_id, clock.now())
        meta = {"member": str(user_id), "old": member.role, "new": role}
        target = f"organisation:{organisation_id}"
        await audit.record(tx, audit.act(who, visitor, "organisation.role.change", target, **meta))
        return await _member(tx, organisation_id, user_id)


async def remove(
    res: Resources, who: Principal, organisation_id: UUID, user_id: UUID, visitor: Visitor
) -> None:
    """Put a member out; to go oneself is `leave`."""
    async with res.db.transaction() as tx:
        inside = await enter(tx, organisation_id, who, "admin")
        member = await _member(tx, organisation_id, user_id)
        rules.check_may_manage(inside.role, member.role)
        await _gone(tx, organisation_id, member)
        target, meta = f"organisation:{organisation_id}", {"member": str(user_id)}
        await audit.record(tx, audit.act(who, visitor, "organisation.member.remove", target, **meta))


async def leave(res: Resources, who: Principal, organisation_id: UUID, visitor: Visitor) -> None:
    async with res.db.transaction() as tx:
        await enter(tx, organisation_id, who, "viewer")
        await _gone(tx, organisation_id, await _member(tx, organisation_id, who.person))
        target = f"organisation:{organisation_id}"
        await audit.record(tx, audit.act(who, visitor, "organisation.member.leave", target))


async def _gone(tx: Transaction, organisation_id: UUID, member: Member) -> None:
    """Who goes leaves no open invitation behind to come back by."""
    rules.check_an_owner_stays(member.role, await store.owners(tx, organisation_id))
    await store.remove(tx, organisation_id, member.user_id)
    await store.revoke_invitations_by(tx, organisation_id, member.user_id, clock.now())


async def _member(tx: Transaction, organisation_id: UUID, user_id: UUID) -> Member:
    member = await store.member(tx, organisation_id, user_id)
    if member is None:
        raise NoMember
    return member


async def forget(tx: Transaction, who: Principal, visitor: Visitor, user_id: UUID, email: str) -> list[Entry]:
    """A person is deleted: take them out of every organisation, and their e-mail out of invitations.

    Where the last owner goes, whoever has the highest role and was there first becomes owner; where nobody
    is left the organisation is deleted. Gives what is to be recorded.
    """
    now = clock.now()
    ids = [held.id for held in await store.hold_all_of(tx, user_id)]
    await store.leave_everywhere(tx, user_id)
    for id in ids:
        await store.revoke_invitations_by(tx, id, user_id, now)
    await store.forget_invited(tx, email, f"deleted-{user_id}@invalid", now)
    heirs = await store.appoint_heirs(tx, ids)
    deserted = await store.delete_deserted(tx, ids, now)
    return [_inherited(who, visitor, heir) for heir in heirs] + [
        audit.act(who, visitor, "organisation.delete", f"organisation:{row.id}") for row in deserted
    ]


def _inherited(who: Principal, visitor: Visitor, heir: Heir) -> Entry:
    meta = {"member": str(heir.user_id), "new": "owner", "why": "the last owner was deleted"}
    return audit.act(who, visitor, "organisation.role.change", f"organisation:{heir.organisation_id}", **meta)
