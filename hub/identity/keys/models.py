"""API keys: what a program may do in an operator's name."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from hub.core.principal import Role

KeyName = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^\S(.*\S)?$")]
Scopes = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(min_length=1, max_length=64)]


class KeyIn(Struct, frozen=True, forbid_unknown_fields=True):
    name: KeyName
    scopes: Scopes
    expires_in_days: Annotated[int, Meta(ge=1, le=365)]


class KeyInfo(Struct, frozen=True):
    """A key as its person sees it. `hint` is how it ends; used within the minute is told late."""

    id: UUID
    name: str
    hint: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


class Keys(Struct, frozen=True):
    items: list[KeyInfo]


class Made(Struct, frozen=True):
    """The only time the key itself is shown."""

    key: str
    info: KeyInfo


class Held(Struct, frozen=True):
    """A key that was presented, and its person as they are now. `active`: neither locked nor deleted."""

    id: UUID
    user_id: UUID
    role: Role
    scopes: list[str]
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    active: bool


class Count(Struct, frozen=True):
    n: int
