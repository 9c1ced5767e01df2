"""The second factor: what is stored of it, asked and answered."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

Code = Annotated[str, Meta(min_length=6, max_length=32)]
"""A one-time code, or a recovery code."""


class CodeIn(Struct, frozen=True, forbid_unknown_fields=True):
    code: Code


class Enrolment(Struct, frozen=True):
    """A seed that is shown this once: as base32 text, and as an `otpauth:` URI for a QR code."""

    secret: str
    uri: str


class RecoveryCodes(Struct, frozen=True):
    """Shown this once; each is good for one sign-in without the device."""

    recovery_codes: list[str]


class Confirmed(Struct, frozen=True):
    """The recovery codes, and an access token that says that both factors were given."""

    recovery_codes: list[str]
    access_token: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105 - the scheme, not a secret


class Status(Struct, frozen=True):
    """`required`: this person's role may do nothing without a second factor."""

    enabled: bool
    required: bool
    recovery_codes_left: int


class Sealed(Struct, frozen=True):
    """A sealed seed, and the id of the secret that its key is derived from."""

    seal_id: str
    sealed: bytes


class Factor(Struct, frozen=True):
    """A second factor as it is stored; pending until `confirmed_at`. `last_step`: of the last accepted code."""

    seal_id: str
    sealed: bytes
    last_step: int
    confirmed_at: datetime | None

    @property
    def seal(self) -> Sealed:
        return Sealed(self.seal_id, self.sealed)


class Enabled(Struct, frozen=True):
    enabled: bool


class Left(Struct, frozen=True):
    """How many recovery codes are unused, and whether the factor they stand in for is confirmed."""

    enabled: bool
    recovery_codes_left: int
