"""People."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from hub.core.paging import PageQuery
from hub.core.principal import Role

# `$` alone would let a newline at the end pass.
Email = Annotated[str, Meta(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$(?!\n)", max_length=254)]
Password = Annotated[str, Meta(min_length=1, max_length=256)]


class User(Struct, frozen=True):
    """A person, as others may see them."""

    id: UUID
    email: str
    role: Role
    created_at: datetime


class Credentials(Struct, frozen=True):
    """What sign-in checks; never leaves the hub."""

    id: UUID
    role: Role
    email: str
    password_hash: str
    locked_until: datetime | None
    suspended_at: datetime | None
    verified_at: datetime | None


class Failures(Struct, frozen=True):
    """`locked_until` is set by the failure that reaches the limit."""

    locked_until: datetime | None


class Known(Struct, frozen=True):
    """Somebody who may sign in, and as what."""

    role: Role


class UserQuery(PageQuery, frozen=True, forbid_unknown_fields=True):
    """`search` is a part of the e-mail, in any case."""

    search: Annotated[str, Meta(min_length=1, max_length=254)] | None = None
    role: Role | None = None
    status: Literal["active", "suspended", "unverified"] | None = None

    @property
    def suspended(self) -> bool | None:
        return None if self.status in (None, "unverified") else self.status == "suspended"

    @property
    def verified(self) -> bool | None:
        return None if self.status in (None, "suspended") else self.status == "active"


class Listed(Struct, frozen=True):
    """A person as operators see them. `locked_until` is the throttle's, `suspended_at` an operator's lock."""

    id: UUID
    email: str
    role: Role
    created_at: datetime
    last_login_at: datetime | None
    verified_at: datetime | None
    suspended_at: datetime | None
    locked_until: datetime | None
    mfa: bool


class Detail(Struct, frozen=True):
    """The same, and in how many places they are signed in."""

    id: UUID
    email: str
    role: Role
    created_at: datetime
    last_login_at: datetime | None
    verified_at: datetime | None
    suspended_at: datetime | None
    locked_until: datetime | None
    mfa: bool
    sessions: int


class CreateUserIn(Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    password: Password
    role: Role = "user"


class ChangeUserIn(Struct, frozen=True, forbid_unknown_fields=True):
    role: Role | UnsetType = UNSET


class Standing(Struct, frozen=True):
    """What decides who may do what to whom. `active`: may sign in."""

    id: UUID
    email: str
    role: Role
    active: bool
    suspended: bool
