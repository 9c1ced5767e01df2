"""Signing in."""

from typing import Annotated

from msgspec import Meta, Struct

from hub.identity.mfa.models import Code
from hub.identity.users.models import Email, Password


class LoginIn(Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    password: Password


class RefreshIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Browsers send none: theirs is in the cookie."""

    refresh_token: Annotated[str, Meta(max_length=256)] | None = None


class VerifyIn(Struct, frozen=True, forbid_unknown_fields=True):
    """The token that the password gave, and a code."""

    mfa_token: Annotated[str, Meta(max_length=256)]
    code: Code


class StepUpIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`code` where a second factor is set up."""

    password: Password
    code: Code | None = None


class Session(Struct, frozen=True):
    """What a sign-in, a refresh or a step-up gives. `refresh_token` is null where a cookie carries it."""

    access_token: str
    expires_in: int
    refresh_token: str | None
    token_type: str = "Bearer"  # noqa: S105 - the scheme, not a secret
