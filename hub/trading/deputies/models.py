"""Deputies: who may decide on signals for somebody else."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from hub.market.candles.models import Symbol
from hub.trading.signals.models import Name

Moment = Annotated[datetime, Meta(tz=True)]


class DeputyIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`deputy_id` belongs to `organisation_id` as you do. Null: every strategy, every instrument, until revoked."""

    organisation_id: UUID
    deputy_id: UUID
    strategy: Name | None = None
    instrument: Symbol | None = None
    until: Moment | None = None


class Deputy(Struct, frozen=True):
    """`user_id` let `deputy_id` decide in their place. Both see it, and either ends it."""

    id: UUID
    organisation_id: UUID
    user_id: UUID
    deputy_id: UUID
    strategy: str | None
    instrument: str | None
    until: datetime | None
    created_at: datetime
    revoked_at: datetime | None
    revoked_by: UUID | None


class Deputies(Struct, frozen=True):
    """Who may decide for you, and for whom you may; those that have ended too, newest first."""

    given: list[Deputy]
    held: list[Deputy]


class Count(Struct, frozen=True):
    n: int
