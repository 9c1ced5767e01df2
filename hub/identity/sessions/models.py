"""Sessions: one sign-in and all that was renewed from it."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from hub.core.principal import Role


class Opened(Struct, frozen=True):
    """A sign-in: who, into what, and the refresh token that is shown this once."""

    id: UUID
    user_id: UUID
    role: Role
    audience: str
    methods: list[str]
    proven_at: datetime
    refresh_token: str


class Family(Struct, frozen=True):
    """A session as a refresh finds it, held until the transaction ends. `active`: its person may still come."""

    id: UUID
    user_id: UUID
    role: Role
    audience: str
    methods: list[str]
    proven_at: datetime
    seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    active: bool


class Ended(Struct, frozen=True):
    id: UUID


class SessionInfo(Struct, frozen=True):
    """A session as its person sees it. `current`: the one that asks."""

    id: UUID
    audience: str
    methods: list[str]
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ip: str | None
    ua: str
    current: bool


class Sessions(Struct, frozen=True):
    items: list[SessionInfo]
