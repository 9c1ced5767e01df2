"""Who calls."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

Role = Literal["owner", "admin", "user"]


class Principal(Struct, frozen=True):
    """A caller whose identity was proven.

    `id` is the user's, device's or producer's own id as text; `user_id` is the person behind it
    (None for a producer).
    """

    kind: Literal["public", "user", "device", "producer"]
    id: str = ""
    user_id: UUID | None = None
    role: str = ""
    expires_at: float = 0.0

    @property
    def person(self) -> UUID:
        """The person's id; a caller without one is refused before any handler runs."""
        assert self.user_id is not None
        return self.user_id


PUBLIC = Principal("public")
