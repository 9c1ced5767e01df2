"""Queries of organisations, their members and invitations."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.identity.organisations.models import (
    Belongs,
    Count,
    Heir,
    Held,
    Id,
    Invitation,
    Invited,
    IsMember,
    Member,
    MemberRole,
    MyInvitation,
    Organisation,
)

sql = Sql("organisations")


async def add_personal(db: Runs, user_id: UUID, now: datetime) -> None:
    """Unless it is there."""
    await sql.run(db, "add_personal", user_id=user_id, now=now)


async def add_team(db: Runs, id: UUID, name: str, user_id: UUID, now: datetime) -> None:
    await sql.run(db, "add_team", id=id, name=name, user_id=user_id, now=now)


async def mine(db: Runs, user_id: UUID, cursor: UUID | None, n: int) -> list[Organisation]:
    return await sql.many(db, Organisation, "my_organisations", user_id=user_id, cursor=cursor, n=n)


async def my(db: Runs, id: UUID, user_id: UUID) -> Organisation | None:
    return await sql.one(db, Organisation, "my_organisation", id=id, user_id=user_id)


async def hold(db: Runs, id: UUID) -> Held | None:
    return await sql.one(db, Held, "hold_organisation", id=id)


async def rename(db: Runs, id: UUID, name: str, now: datetime) -> None:
    await sql.run(db, "rename_organisation", id=id, name=name, now=now)


async def delete(db: Runs, id: UUID, now: datetime) -> None:
    await sql.run(db, "delete_organisation", id=id, now=now)


async def member(db: Runs, organisation_id: UUID, user_id: UUID) -> Member | None:
    return await sql.one(db, Member, "membership", organisation_id=organisation_id, user_id=user_id)


async def share(db: Runs, id: UUID) -> None:
    await sql.run(db, "share_organisation", id=id)


async def roles_among(db: Runs, organisation_id: UUID, user_ids: list[UUID]) -> list[Belongs]:
    return await sql.many(db, Belongs, "roles_among", organisation_id=organisation_id, user_ids=user_ids)


async def members(db: Runs, organisation_id: UUID, cursor: UUID | None, n: int) -> list[Member]:
    return await sql.many(db, Member, "list_members", organisation_id=organisation_id, cursor=cursor, n=n)


async def owners(db: Runs, organisation_id: UUID) -> int:
    return (await sql.sure(db, Count, "count_owners", organisation_id=organisation_id)).n


async def add_member(db: Runs, organisation_id: UUID, user_id: UUID, role: MemberRole, now: datetime) -> bool:
    """False when they are a member already."""
    return bool(
        await sql.run(db, "add_member", organisation_id=organisation_id, user_id=user_id, role=role, now=now)
    )


async def set_role(db: Runs, organisation_id: UUID, user_id: UUID, role: MemberRole) -> None:
    await sql.run(db, "set_member_role", organisation_id=organisation_id, user_id=user_id, role=role)


async def remove(db: Runs, organisation_id: UUID, user_id: UUID) -> None:
    await sql.run(db, "remove_member", organisation_id=organisation_id, user_id=user_id)


async def hold_all_of(db: Runs, user_id: UUID) -> list[Held]:
    return await sql.many(db, Held, "hold_organisations_of", user_id=user_id)


async def leave_everywhere(db: Runs, user_id: UUID) -> None:
    await sql.run(db, "leave_everywhere", user_id=user_id)


async def appoint_heirs(db: Runs, ids: list[UUID]) -> list[Heir]:
    return await sql.many(db, Heir, "appoint_heirs", ids=ids)


async def delete_deserted(db: Runs, ids: list[UUID], now: datetime) -> list[Id]:
    return await sql.many(db, Id, "delete_deserted", ids=ids, now=now)


async def lapse_invitations(db: Runs, organisation_id: UUID, now: datetime) -> None:
    await sql.run(db, "lapse_invitations", organisation_id=organisation_id, now=now)


async def add_invitation(db: Runs, new: Invitation) -> bool:
    """False when there is an open one for this address."""
    return bool(
        await sql.run(
            db,
            "add_invitation",
            id=new.id,
            organisation_id=new.organisation_id,
            email=new.email,
            role=new.role,
            invited_by=new.invited_by,
            created_at=new.created_at,
            expires_at=new.expires_at,
        )
    )


async def is_member(db: Runs, organisation_id: UUID, email: str) -> bool:
    found = await sql.sure(db, IsMember, "is_member", organisation_id=organisation_id, email=email)
    return found.known


async def open_invitations(
    db: Runs, organisation_id: UUID, now: datetime, cursor: UUID | None, n: int
) -> list[Invitation]:
    return await sql.many(
        db, Invitation, "open_invitations", organisation_id=organisation_id, now=now, cursor=cursor, n=n
    )


async def my_invitations(
    db: Runs, user_id: UUID, now: datetime, cursor: UUID | None, n: int
) -> list[MyInvitation]:
    return await sql.many(db, MyInvitation, "my_invitations", user_id=user_id, now=now, cursor=cursor, n=n)


async def hold_invited(db: Runs, user_id: UUID) -> Invited | None:
    return await sql.one(db, Invited, "hold_invited", user_id=user_id)


async def open_invitation(db: Runs, id: UUID, email: str, now: datetime) -> Invitation | None:
    return await sql.one(db, Invitation, "open_invitation", id=id, email=email, now=now)


async def accept_invitation(db: Runs, id: UUID, now: datetime) -> None:
    await sql.run(db, "accept_invitation", id=id, now=now)


async def revoke_invitation(db: Runs, id: UUID, organisation_id: UUID, now: datetime) -> bool:
    """False when there is no such open one."""
    return bool(await sql.run(db, "revoke_invitation", id=id, organisation_id=organisation_id, now=now))


async def revoke_invitations_by(db: Runs, organisation_id: UUID, user_id: UUID, now: datetime) -> None:
    await sql.run(db, "revoke_invitations_by", organisation_id=organisation_id, user_id=user_id, now=now)


async def forget_invited(db: Runs, email: str, pseudonym: str, now: datetime) -> None:
    await sql.run(db, "forget_invited", email=email, pseudonym=pseudonym, now=now)
