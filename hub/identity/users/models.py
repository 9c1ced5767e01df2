"""People."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

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
