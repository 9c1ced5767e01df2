"""Organisations: what belongs together, and who may see it. Everybody has a personal one; teams are shared."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hub.identity.users.models import Email

MemberRole = Literal["owner", "admin", "member", "viewer"]
Kind = Literal["personal", "team"]
Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^\S(.*\S)?$")]


class Organisation(Struct, frozen=True):
    """An organisation as one of its members sees it; `role` is theirs. A personal one has its person's id."""

    id: UUID
    name: str
    kind: Kind
    role: MemberRole
    created_at: datetime


class Held(Struct, frozen=True):
    """An organisation whose members do not change until the transaction ends."""

    id: UUID
    kind: Kind


class Member(Struct, frozen=True):
    user_id: UUID
    email: str
    role: MemberRole
    created_at: datetime


class Belongs(Struct, frozen=True):
    """What somebody is in an organisation, and since when without having left it."""

    user_id: UUID
    role: MemberRole
    created_at: datetime


class OrganisationIn(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name


class MemberIn(Struct, frozen=True, forbid_unknown_fields=True):
    role: MemberRole


class InviteIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Owners are made of members, not invited."""

    email: Email
    role: Literal["admin", "member", "viewer"] = "member"


class Invitation(Struct, frozen=True):
    """As the organisation sees it."""

    id: UUID
    organisation_id: UUID
    email: str
    role: MemberRole
    invited_by: UUID
    created_at: datetime
    expires_at: datetime


class MyInvitation(Struct, frozen=True):
    """As the invited person sees it."""

    id: UUID
    organisation_id: UUID
    organisation: str
    role: MemberRole
    created_at: datetime
    expires_at: datetime


class Invited(Struct, frozen=True):
    """A person whose e-mail is proven."""

    id: UUID
    email: str


class Heir(Struct, frozen=True):
    """Who became owner because the last one was deleted."""

    organisation_id: UUID
    user_id: UUID


class Id(Struct, frozen=True):
    id: UUID


class Count(Struct, frozen=True):
    n: int


class IsMember(Struct, frozen=True):
    known: bool
