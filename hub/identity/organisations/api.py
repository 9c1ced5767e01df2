"""`/api/v1/organisations`."""

from uuid import UUID

from hub.core import guards
from hub.core.paging import Page, PageQuery
from hub.core.problems import NotFound
from hub.core.web import Api, Call
from hub.identity.organisations import invitations, members, service
from hub.identity.organisations.guards import member
from hub.identity.organisations.invitations import AlreadyInvited, AlreadyMember
from hub.identity.organisations.models import (
    Invitation,
    InviteIn,
    Member,
    MemberIn,
    MyInvitation,
    Organisation,
    OrganisationIn,
)
from hub.identity.organisations.rules import LastOwner, Personal

api = Api("/organisations", tag="organisations")

_ONE = "/{organisation_id}"


@api.post(guard=guards.signed_in, idempotent=True)
async def create_organisation(call: Call, body: OrganisationIn) -> Organisation:
    """Create a team; you are its owner."""
    return await service.create(call.res, call.who, body, call.visitor)


@api.get(guard=guards.signed_in)
async def list_organisations(call: Call, query: PageQuery) -> Page[Organisation]:
    """The organisations you belong to, newest first; your personal one is among them."""
    return await service.listed(call.res, call.who, query)


# The invitations come first: their address must not be taken for an organisation's.
@api.get("/invitations", guard=guards.signed_in)
async def list_my_invitations(call: Call, query: PageQuery) -> Page[MyInvitation]:
    """Open invitations for your e-mail address, newest first."""
    return await invitations.mine(call.res, call.who, query)


@api.post("/invitations/{id}/accept", guard=guards.signed_in, status=200, raises=(NotFound, AlreadyMember))
async def accept_invitation(call: Call, id: UUID) -> Organisation:
    """Accept an invitation."""
    return await invitations.accept(call.res, call.who, id, call.visitor)


@api.get(_ONE, guard=member(scope="organisations:read"), raises=(NotFound,))
async def get_organisation(call: Call, organisation_id: UUID) -> Organisation:
    """One organisation, and your role in it."""
    return await service.get(call.res, organisation_id, call.who.person)


@api.patch(_ONE, guard=member("admin"), raises=(NotFound, Personal))
async def rename_organisation(call: Call, organisation_id: UUID, body: OrganisationIn) -> Organisation:
    """Give a team another name."""
    return await service.rename(call.res, call.who, organisation_id, body, call.visitor)


@api.delete(_ONE, guard=member("owner", fresh=True), raises=(NotFound, Personal))
async def delete_organisation(call: Call, organisation_id: UUID) -> None:
    """Delete a team."""
    await service.delete(call.res, call.who, organisation_id, call.visitor)


@api.get(_ONE + "/members", guard=member(scope="organisations:read"), raises=(NotFound,))
async def list_members(call: Call, organisation_id: UUID, query: PageQuery) -> Page[Member]:
    """Who belongs to an organisation."""
    return await members.listed(call.res, organisation_id, query)


@api.patch(_ONE + "/members/{user_id}", guard=member("admin"), raises=(NotFound, LastOwner, Personal))
async def change_member(call: Call, organisation_id: UUID, user_id: UUID, body: MemberIn) -> Member:
    """Give a member another role."""
    return await members.change(call.res, call.who, organisation_id, user_id, body.role, call.visitor)


@api.delete(_ONE + "/members/{user_id}", guard=member("admin"), raises=(NotFound, LastOwner, Personal))
async def remove_member(call: Call, organisation_id: UUID, user_id: UUID) -> None:
    """Put a member out of a team."""
    await members.remove(call.res, call.who, organisation_id, user_id, call.visitor)


@api.post(_ONE + "/leave", guard=member(), status=204, raises=(NotFound, LastOwner, Personal))
async def leave_organisation(call: Call, organisation_id: UUID) -> None:
    """Leave a team."""
    await members.leave(call.res, call.who, organisation_id, call.visitor)


@api.post(
    _ONE + "/invitations",
    guard=member("admin"),
    raises=(NotFound, AlreadyInvited, AlreadyMember, Personal),
    idempotent=True,
)
async def create_invitation(call: Call, organisation_id: UUID, body: InviteIn) -> Invitation:
    """Invite somebody by e-mail."""
    return await invitations.invite(call.res, call.who, organisation_id, body, call.visitor)


@api.get(_ONE + "/invitations", guard=member("admin"), raises=(NotFound,))
async def list_invitations(call: Call, organisation_id: UUID, query: PageQuery) -> Page[Invitation]:
    """Open invitations of a team, newest first."""
    return await invitations.listed(call.res, organisation_id, query)


@api.delete(_ONE + "/invitations/{id}", guard=member("admin"), raises=(NotFound, Personal))
async def revoke_invitation(call: Call, organisation_id: UUID, id: UUID) -> None:
    """Take an invitation back."""
    await invitations.revoke(call.res, call.who, organisation_id, id, call.visitor)
