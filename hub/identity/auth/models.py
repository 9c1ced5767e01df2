"""Signing in."""

from uuid import UUID

from msgspec import Struct

from hub.core.principal import Role
from hub.identity.users.models import Email, Password


class LoginIn(Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    password: Password


class RefreshIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Browsers send none: theirs is in the cookie."""

    refresh_token: str | None = None


class Session(Struct, frozen=True):
    """What a fresh sign-in or refresh gives. `refresh_token` is null where a cookie carries it."""

    access_token: str
    expires_in: int
    refresh_token: str | None
    token_type: str = "Bearer"  # noqa: S105 - the scheme, not a secret


class Refreshed(Struct, frozen=True):
    """Whose session a refresh token renewed."""

    user_id: UUID
    role: Role
