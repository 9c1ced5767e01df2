"""Registering, and passwords that are forgotten or changed."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hub.core.principal import Role
from hub.identity.users.models import Email, Password

_TEXT = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
NewEmail = Annotated[
    str,
    Meta(pattern=rf"^{_TEXT}(?:\.{_TEXT})*@{_LABEL}(?:\.{_LABEL})*$(?!\n)", max_length=254),
]
"""An address letters reach: as browsers check it (HTML Standard, "valid e-mail address"), dots in their place."""

Token = Annotated[str, Meta(min_length=1, max_length=128)]
"""What a link in a letter ends in."""

Purpose = Literal["verify", "reset", "taken", "changed"]
"""Letters: prove the address; choose a new password; somebody registered with your address; it was changed."""


class RegisterIn(Struct, frozen=True, forbid_unknown_fields=True):
    email: NewEmail
    password: Password


class EmailIn(Struct, frozen=True, forbid_unknown_fields=True):
    email: Email


class TokenIn(Struct, frozen=True, forbid_unknown_fields=True):
    token: Token


class ResetIn(Struct, frozen=True, forbid_unknown_fields=True):
    token: Token
    password: Password


class ChangeIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`password` is the one in use."""

    password: Password
    new_password: Password


class Accepted(Struct, frozen=True):
    """Whether anything comes of it only the mailbox tells."""

    status: Literal["accepted"] = "accepted"


class Addressee(Struct, frozen=True):
    """Whom an address belongs to."""

    id: UUID
    verified_at: datetime | None


class Holder(Struct, frozen=True):
    """A person whose row is held until the transaction ends."""

    id: UUID
    email: str
    role: Role


class Ended(Struct, frozen=True):
    ended: bool


class Owed(Struct, frozen=True):
    """A letter that is to be sent."""

    id: UUID
    purpose: Purpose
    email: str


class Due(Struct, frozen=True):
    id: UUID
