"""Who calls."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

Role = Literal["owner", "admin", "user"]
ROLES: tuple[Role, ...] = ("owner", "admin", "user")
Method = Literal["pwd", "otp", "rec"]
"""How somebody proved who they are: password, one-time code, recovery code (RFC 8176 in spirit)."""
STRONG: frozenset[Method] = frozenset({"otp", "rec"})
"""The second factors."""


class Principal(Struct, frozen=True):
    """A caller whose identity was proven.

    `id` is the user's, device's, producer's or API key's own id as text; `user_id` is the person behind it
    (None for a producer). `scopes` limits what an API key may do; None is whatever the role may.
    `proven_at` is when a password (and code) was last given, in Unix seconds.
    """

    kind: Literal["public", "user", "device", "producer", "key"]
    id: str = ""
    user_id: UUID | None = None
    role: str = ""
    expires_at: float = 0.0
    session_id: UUID | None = None
    audience: str = ""
    methods: tuple[str, ...] = ()
    proven_at: float = 0.0
    scopes: frozenset[str] | None = None

    @property
    def person(self) -> UUID:
        """The person's id; a caller without one is refused before any handler runs."""
        assert self.user_id is not None
        return self.user_id

    def is_person(self, user_id: UUID) -> bool:
        """Whether this is the person themselves: no key, no device of theirs."""
        return self.kind == "user" and self.user_id == user_id

    @property
    def strong(self) -> bool:
        """Whether a second factor was given in this session."""
        return not STRONG.isdisjoint(self.methods)


PUBLIC = Principal("public")
